using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>
/// Cuts a part of a BAR into stretches of equal leaves. A leaf lies where both addresses are multiples of its size and all of it is inside the part: the condition of vfio-pci's fault
/// handler, and the one that <c>iommu_pgsize</c> comes to.
/// </summary>
internal static class LeafSplitter
{
    /// <summary>The stretches.</summary>
    /// <param name="part">The part.</param>
    /// <param name="physical">Where the BAR is.</param>
    /// <param name="sizes">Sizes that are allowed, the largest first; the last is 4 KiB.</param>
    public static IEnumerable<(ulong Offset, ulong Bytes, PageSize Leaf)> Split(MappedPart part, ulong physical, ImmutableArray<PageSize> sizes) =>
        Split(part.Address, part.Address + part.Bytes, unchecked(physical + part.Offset - part.Address), sizes, 0).Select(piece => (part.Offset + (piece.From - part.Address), piece.To - piece.From, piece.Leaf));

    private static IEnumerable<(ulong From, ulong To, PageSize Leaf)> Split(ulong from, ulong to, ulong distance, ImmutableArray<PageSize> sizes, int index)
    {
        if (from == to) yield break;
        var size = sizes[index];
        if (index == sizes.Length - 1)
        {
            yield return (from, to, size);
            yield break;
        }

        // Where no bound of this size lies inside, or the addresses differ modulo it, only smaller leaves are left.
        var (first, last) = (Up(from, size), to & size.PageMask);
        if ((distance & size.OffsetMask) != 0 || first > to)
        {
            foreach (var piece in Split(from, to, distance, sizes, index + 1)) yield return piece;
            yield break;
        }

        foreach (var piece in Split(from, first, distance, sizes, index + 1)) yield return piece;
        if (first < last) yield return (first, last, size);
        foreach (var piece in Split(last, to, distance, sizes, index + 1)) yield return piece;
    }

    private static ulong Up(ulong address, PageSize size)
    {
        var up = unchecked(address + size.OffsetMask);
        return up < address ? ulong.MaxValue : up & size.PageMask;
    }
}
