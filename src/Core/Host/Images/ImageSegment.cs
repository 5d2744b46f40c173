namespace Fast.Host;

/// <summary>A stretch of physical memory that an image holds.</summary>
/// <param name="Start">Physical address of its first byte.</param>
/// <param name="Bytes">Its length in the file.</param>
/// <param name="FileOffset">Where it stands in the file.</param>
public readonly record struct ImageSegment(ulong Start, ulong Bytes, long FileOffset)
{
    /// <summary>Physical address of its last byte.</summary>
    public ulong Last => Start + (Bytes - 1);

    /// <summary>First and last address, and the size.</summary>
    public override string ToString() => $"0x{Start:x}-0x{Last:x}";
}
