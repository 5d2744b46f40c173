using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Why each BAR of a host is mapped by the leaves that map it.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Kernel">The host's kernel, its profile, and how far to trust it.</param>
/// <param name="Devices">The devices.</param>
/// <param name="Findings">What to do about it, the most severe first.</param>
public sealed record Explanation(ExplainRequest Request, KernelChoice Kernel, ImmutableArray<ExplainedDevice> Devices, ImmutableArray<Finding> Findings);

/// <summary>A device and its BARs.</summary>
/// <param name="Device">The device.</param>
/// <param name="Bars">Its BARs that have an address and a size.</param>
public sealed record ExplainedDevice(PciDevice Device, ImmutableArray<ExplainedBar> Bars);

/// <summary>One BAR.</summary>
/// <param name="Region">The BAR.</param>
/// <param name="Layout">How it is mapped.</param>
/// <param name="Cpu">What translates it for the guest's CPUs.</param>
/// <param name="Iommu">What translates it for devices.</param>
public sealed record ExplainedBar(PciRegion Region, BarLayout Layout, ImmutableArray<LeafStretch> Cpu, ImmutableArray<LeafStretch> Iommu)
{
    /// <summary>Lookups of one warm map event: by leaf where type1 has the leaf's size, else by page; none where no process is asked.</summary>
    public ulong LookupsPerEvent
    {
        get
        {
            if (!Layout.IsMappedForDevice || Layout.IsDmaBuf) return 0;
            return Layout.Sections.Aggregate(0UL, (sum, section) => sum + LookupsOf(section));
        }
    }

    // A leaf that two requests share is looked up by each.
    private ulong LookupsOf(MappedPart section)
    {
        if (!Layout.Profile.Has(VfioPatches.UseMask)) return section.Bytes >> 12;
        ulong lookups = 0;
        foreach (var stretch in Cpu)
        {
            if (stretch.Leaf is not { } leaf || BusRange.Of(stretch.Offset, stretch.Bytes).Intersect(BusRange.Of(section.Offset, section.Bytes)) is not { } common) continue;
            lookups += ((common.Last - stretch.Offset) >> leaf.Shift) - ((common.Start - stretch.Offset) >> leaf.Shift) + 1;
        }

        return lookups;
    }
}
