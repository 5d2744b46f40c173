using System.Collections.Immutable;
using System.Globalization;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>Which leaves a BAR gets in the process's table, and so in KVM's, once all of it was touched.</summary>
public static class CpuLeg
{
    private static readonly ImmutableArray<PageSize> Sizes = [PageSize.Size1G, PageSize.Size2M, PageSize.Size4K];

    /// <summary>The stretches of a layout, in order.</summary>
    public static IEnumerable<LeafStretch> Of(BarLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (layout.SharesPage) return [LeafWhy.SharedPage(layout)];
        return layout.Areas.SelectMany(area => Of(layout, area));
    }

    private static IEnumerable<LeafStretch> Of(BarLayout layout, MappedPart area)
    {
        var gate = Gate(layout);
        ImmutableArray<PageSize> sizes = gate is null ? Sizes : [PageSize.Size4K];
        foreach (var (offset, bytes, leaf) in LeafSplitter.Split(area, layout.Physical.Value, sizes))
        {
            var blocked = Sizes.Where(size => size > leaf).Reverse().Select(size => Why(layout, area, offset, size, gate));
            yield return new LeafStretch(offset, bytes, leaf, [.. blocked]);
        }
    }

    /// <summary>What forbids all huge leaves, whatever the addresses.</summary>
    private static (LeafRule Rule, string Why, string? Remedy)? Gate(BarLayout layout)
    {
        var profile = layout.Profile;
        if (profile.BarFault != BarFault.HugeOrders)
            return (LeafRule.Kernel, $"the host's kernel (profile {profile.Name}) fills a BAR's area with 4K leaves at its first fault", "host: Linux 6.12 or newer makes huge leaves for BARs, and 6.15 or newer also uses them to map for DMA");
        if (!layout.HasHugeFault)
            return (LeafRule.Driver, "the host's driver of the device remaps the whole area in 4K leaves; it has no huge_fault", "host: a kernel whose driver of the device serves huge faults (nvgrace-gpu: the series of November 2025; counted here from 7.0), or plain vfio-pci");
        if (!profile.ThpGatesPfnmaps || layout.Thp == ThpPolicy.Always || (layout.Thp == ThpPolicy.Madvise && layout.IsAdvised)) return null;
        var policy = layout.Thp.ToString().ToLower(CultureInfo.InvariantCulture);
        var why = $"transparent_hugepage/enabled is {policy}{(layout.Thp == ThpPolicy.Madvise ? " and the VMM did not advise MADV_HUGEPAGE" : "")}; this kernel lets it decide about BARs";
        return (LeafRule.Thp, why, "host: set /sys/kernel/mm/transparent_hugepage/enabled to always, or run Linux 7.0 or newer, where BARs are exempt");
    }

    private static BlockedLeaf Why(BarLayout layout, MappedPart area, ulong offset, PageSize size, (LeafRule Rule, string Why, string? Remedy)? gate)
    {
        if (gate is { } closed) return new BlockedLeaf(size, closed.Rule, closed.Why, closed.Remedy);
        if (layout.Bytes < size.Bytes) return LeafWhy.BarSize(layout, size);
        var va = area.Address + (offset - area.Offset);
        var physical = layout.Physical.Value + offset;
        if (((va ^ physical) & size.OffsetMask) == 0) return LeafWhy.Edge(layout, area, va, "area", size);
        var why = LeafWhy.Moduli("VA", va, physical, size);
        return layout.VmmAligns
            ? new BlockedLeaf(size, LeafRule.Congruence, why, $"VMM: mmap this part at an address that equals the physical one modulo {size}, such as {LeafWhy.Hex(Congruent(va, physical, size))}")
            : new BlockedLeaf(size, LeafRule.VmmAlignment, $"the VMM aligns no mmap: {why}", "VMM: QEMU 9.2 or newer, or another one that mmaps BARs at addresses aligned to 1G");
    }

    /// <summary>The next address that fits.</summary>
    private static ulong Congruent(ulong va, ulong physical, PageSize size) => va + (unchecked(physical - va) & size.OffsetMask);
}
