using Fast.PageTables;

namespace Fast.Linux;

/// <summary>One mapping of an <see cref="Ioas"/> (<c>iopt_area</c>).</summary>
internal sealed class IoasArea
{
    public required Iova Iova { get; init; }

    public required ulong Bytes { get; init; }

    public required Permissions Permissions { get; init; }

    /// <summary>The process's memory, unless there is a buffer.</summary>
    public Va Va { get; init; }

    /// <summary>A memfd's pages, or <see langword="null"/>; its first page is <see cref="FilePage"/>.</summary>
    public RamPages? File { get; init; }

    /// <summary>The page of the memfd that the area begins with.</summary>
    public ulong FilePage { get; init; }

    /// <summary>A BAR's dma-buf, or <see langword="null"/>.</summary>
    public BarDmaBuf? Buffer { get; init; }

    /// <summary>The frame of the first page of the buffer's part.</summary>
    public Pfn First { get; init; }

    /// <summary>Whether the buffer was taken away from the area: it stays empty, whoever maps it later, until user space maps anew.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>What the buffer calls when it is revoked.</summary>
    public Action? OnRevoked { get; set; }

    /// <summary>Bytes that domains translate: all, or after a revocation none.</summary>
    public ulong StoredBytes { get; set; }

    public Iova Last => new(Iova.Value + (Bytes - 1));
}
