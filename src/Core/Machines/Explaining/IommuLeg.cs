using System.Collections.Immutable;
using System.Numerics;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>Which leaves a BAR gets in the IOMMU's table. They come from runs of frames, whatever leaves the process has: its table decides about the time, not about these.</summary>
public static class IommuLeg
{
    /// <summary>The stretches of a layout, in order.</summary>
    public static IEnumerable<LeafStretch> Of(BarLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (layout.SharesPage) return [LeafWhy.SharedPage(layout)];
        if (!layout.IsMappedForDevice)
        {
            var why = new BlockedLeaf(
                PageSize.Size4K, LeafRule.Iommufd, "iommufd pins pages, and a BAR has none (EFAULT); this kernel takes no dma-buf for a BAR either",
                "host: Linux 7.0 or newer with a VMM that maps BARs by dma-buf, or the type1 container (VFIO_TYPE1v2_IOMMU)");
            return [new LeafStretch(0, layout.Bytes, null, [why])];
        }

        return layout.Sections.SelectMany(section => Of(layout, section));
    }

    private static IEnumerable<LeafStretch> Of(BarLayout layout, MappedPart section)
    {
        var sizes = SizesOf(layout);
        foreach (var (offset, bytes, leaf) in LeafSplitter.Split(section, layout.Physical.Value, sizes))
            yield return new LeafStretch(offset, bytes, leaf, [.. sizes.Where(size => size > leaf && IsWorthSaying(layout, size)).Reverse().Select(size => Why(layout, section, offset, size))]);
    }

    private static ImmutableArray<PageSize> SizesOf(BarLayout layout)
    {
        var sizes = new List<PageSize>();
        for (var rest = layout.Iommu.Geometry.PageSizes; rest != 0; rest &= rest - 1) sizes.Add(new PageSize(BitOperations.TrailingZeroCount(rest)));
        sizes.Reverse();
        return [.. sizes];
    }

    // An IOMMU with every power of two has leaves that no BAR of the host could fill.
    private static bool IsWorthSaying(BarLayout layout, PageSize size) => size <= PageSize.Size1G || size.Bytes <= layout.Bytes;

    private static BlockedLeaf Why(BarLayout layout, MappedPart section, ulong offset, PageSize size)
    {
        if (layout.Bytes < size.Bytes) return LeafWhy.BarSize(layout, size);
        var (iova, physical) = (section.Address + (offset - section.Offset), layout.Physical.Value + offset);
        if (((iova ^ physical) & size.OffsetMask) == 0) return LeafWhy.Edge(layout, section, iova, "mapping", size);
        return new BlockedLeaf(
            size, LeafRule.IovaCongruence, LeafWhy.Moduli("IOVA", iova, physical, size),
            $"guest: place the BAR at an address that equals the host's modulo {size}; firmware does so when the BAR is at least as large, also behind a window of its own");
    }
}
