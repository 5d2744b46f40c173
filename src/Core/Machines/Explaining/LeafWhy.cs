using System.Globalization;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>The arithmetic behind a rule, in one line.</summary>
internal static class LeafWhy
{
    public static string Hex(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    public static BlockedLeaf BarSize(BarLayout layout, PageSize size) =>
        new(size, LeafRule.BarSize, $"the BAR has {BinarySize.Format(layout.Bytes)}, less than a leaf of {size}", null);

    public static string Moduli(string name, ulong address, ulong physical, PageSize size) =>
        $"{name} {Hex(address)} mod {size} = {Hex(address & size.OffsetMask)}, PA {Hex(physical)} mod {size} = {Hex(physical & size.OffsetMask)}";

    public static LeafStretch SharedPage(BarLayout layout)
    {
        var why = new BlockedLeaf(
            PageSize.Size4K, LeafRule.SubPage, $"the BAR has less than 4K and is not alone in the page at {Hex(layout.Physical.Value & PageSize.Size4K.PageMask)}: nobody can mmap it, each access is trapped",
            "host: nothing to gain at this size; firmware that gives each BAR a page of its own ends the trapping");
        return new LeafStretch(0, layout.Bytes, null, [why]);
    }

    /// <summary>The addresses agree, so the leaf around an address reaches across an end of its part. Of two ends, the one that can be moved is named.</summary>
    public static BlockedLeaf Edge(BarLayout layout, MappedPart part, ulong address, string what, PageSize size)
    {
        var (first, last) = (address & size.PageMask, address | size.OffsetMask);
        var (crossesBelow, crossesAbove) = (first < part.Address, last > part.Address + (part.Bytes - 1));
        var isBelow = crossesBelow && (!crossesAbove || part.Before != PartEdge.Bar);
        var edge = isBelow ? part.Before : part.After;
        var bound = isBelow ? $"the {what} begins at {Hex(part.Address)}" : $"the {what} ends at {Hex(part.Address + (part.Bytes - 1))}";
        var leaf = $"a leaf of {size} would be {Hex(first)} to {Hex(last)}, and {bound}";
        return edge switch
        {
            PartEdge.Msix => new BlockedLeaf(size, LeafRule.Msix, $"{leaf}, where the VMM traps the MSI-X table", "VMM: x-msix-relocation=barN moves the table to a BAR that is small anyway"),
            PartEdge.Sparse => new BlockedLeaf(size, LeafRule.SparseHole, $"{leaf}, where the driver leaves a hole (sparse mmap)", null),
            PartEdge.Protection => new BlockedLeaf(size, LeafRule.Split, $"{leaf}, where the area was split", $"VMM: change the rights of whole leaves only, at multiples of {size}; what was split stays so until the area is mmapped anew"),
            _ => new BlockedLeaf(size, LeafRule.Tail, $"{leaf}: the BAR of {BinarySize.Format(layout.Bytes)} is no multiple of {size} there", null),
        };
    }
}
