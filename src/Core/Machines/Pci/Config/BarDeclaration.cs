namespace Fast.Machines;

/// <summary>What kind of addresses a BAR decodes.</summary>
public enum BarKind
{
    /// <summary>Memory below 4 GiB; one slot.</summary>
    Memory32,

    /// <summary>Memory anywhere; two slots.</summary>
    Memory64,

    /// <summary>I/O ports; one slot.</summary>
    IoPorts,
}

/// <summary>A BAR as the maker of a function built it in.</summary>
/// <param name="Slot">First slot, 0 to 5 (0 or 1 of a bridge).</param>
/// <param name="Bytes">Size; a power of two.</param>
/// <param name="Kind">What it decodes.</param>
/// <param name="Prefetchable">Whether reads have no side effects.</param>
public readonly record struct BarDeclaration(int Slot, ulong Bytes, BarKind Kind, bool Prefetchable = false)
{
    /// <summary>A 64-bit prefetchable BAR: what GPUs have.</summary>
    public static BarDeclaration Memory64(int slot, ulong bytes) => new(slot, bytes, BarKind.Memory64, true);

    /// <summary>A 32-bit BAR.</summary>
    public static BarDeclaration Memory32(int slot, ulong bytes) => new(slot, bytes, BarKind.Memory32);

    /// <summary>Slots that it takes.</summary>
    public int Slots => Kind == BarKind.Memory64 ? 2 : 1;

    /// <summary>The low bits of its first register, which no write changes.</summary>
    internal uint TypeBits => Kind switch
    {
        BarKind.IoPorts => 1,
        BarKind.Memory64 => Prefetchable ? 0xCu : 4,
        _ => Prefetchable ? 8u : 0,
    };
}

/// <summary>The SR-IOV capability of a function.</summary>
/// <param name="TotalVfs">Most virtual functions.</param>
/// <param name="VfBars">BARs of one virtual function.</param>
public sealed record SriovDeclaration(int TotalVfs, params BarDeclaration[] VfBars);

/// <summary>A BAR whose size software may choose (Resizable BAR capability).</summary>
/// <param name="Slot">The BAR.</param>
/// <param name="Sizes">Its sizes, as the capability writes them: bit 4 is 1 MiB, bit 5 is 2 MiB, and so on.</param>
public readonly record struct ResizableBar(int Slot, uint Sizes);
