using Fast.PageTables;

namespace Fast.Linux;

/// <summary>A part of a BAR as a dma-buf (<c>vfio_pci_dma_buf</c>): one physical range that is mapped without a CPU page table, and taken away with memory decode.</summary>
public sealed class BarDmaBuf
{
    private readonly List<Action> _revoked = [];

    internal BarDmaBuf(VfioPciBar bar, ulong offset, ulong bytes) => (Bar, First, Bytes) = (bar, bar.First + (offset >> Pfn.Shift), bytes);

    /// <summary>The BAR.</summary>
    public VfioPciBar Bar { get; }

    /// <summary>Its first frame.</summary>
    public Pfn First { get; }

    /// <summary>Its length.</summary>
    public ulong Bytes { get; }

    /// <summary>Whether the device does not answer at present: nobody can map it.</summary>
    public bool IsRevoked { get; private set; }

    /// <summary>Exports a part of a BAR.</summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="bytes">Length.</param>
    /// <param name="buffer">The dma-buf.</param>
    /// <returns><see cref="Errno.EINVAL"/> when the part is not one of the BAR's pages.</returns>
    public static Errno Export(VfioPciBar bar, ulong offset, ulong bytes, out BarDmaBuf? buffer)
    {
        ArgumentNullException.ThrowIfNull(bar);
        buffer = null;
        if (bytes == 0 || ((bytes | offset) & PageSize.Size4K.OffsetMask) != 0 || offset > bar.Bytes || bytes > bar.Bytes - offset) return Errno.EINVAL;
        buffer = new BarDmaBuf(bar, offset, bytes) { IsRevoked = !bar.Device.Answers };
        bar.Device.Remember(buffer);
        return Errno.None;
    }

    internal void WhenRevoked(Action unmap) => _revoked.Add(unmap);

    internal void Forget(Action unmap) => _revoked.Remove(unmap);

    /// <summary>Memory decode goes off or comes back. Off, importers unmap at once; back, nobody maps again by himself.</summary>
    internal void SetRevoked(bool revoked)
    {
        IsRevoked = revoked;
        if (!revoked) return;
        foreach (var unmap in _revoked.ToArray()) unmap();
    }
}
