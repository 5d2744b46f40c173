using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>A region of a passed-through device in a process, and how it lies to the device's physical addresses.</summary>
/// <param name="Area">The area.</param>
/// <param name="Region">Number of the region: 0 to 5 are the BARs.</param>
/// <param name="OffsetInRegion">Where in the region it begins.</param>
/// <param name="Candidates">
/// BARs that it may be. The kernel does not tell whose region an area is: all BARs of that number count that are large enough and belong to devices of the process's groups.
/// </param>
public sealed record VfioArea(ProcessArea Area, int Region, ulong OffsetInRegion, ImmutableArray<VfioBar> Candidates)
{
    /// <summary>vfio-pci's <c>VFIO_PCI_OFFSET_SHIFT</c>: the number of the region stands above it in the file offset.</summary>
    private const int RegionShift = 40;
    private const int Bars = 6;

    /// <summary>Whether it is part of a BAR.</summary>
    public bool IsBar => Region < Bars;

    /// <summary>
    /// (physical address − virtual address) modulo 1 GiB: 0 allows 1 GiB leaves, a multiple of 2 MiB those. BARs are aligned to their size, so where the device is not known, the offset
    /// in the BAR stands for the physical address; below 1 GiB it does so modulo the size only.
    /// </summary>
    public ulong Skew => unchecked((Candidates is [var first, ..] && Candidates.All(bar => (bar.Start - first.Start) % PageSize.Size1G.Bytes == 0) ? first.Start + OffsetInRegion : OffsetInRegion) - Area.Start) & PageSize.Size1G.OffsetMask;

    /// <summary>Leaves that the largest-leaf rule of huge pfnmaps gives, where nothing else keeps large ones away.</summary>
    public LeafSizeCounts BestLeaves => CongruentLeaves.Count(Area.Start, Area.Bytes, Skew);

    /// <summary>Whose region an area is.</summary>
    /// <param name="area">An area of VFIO.</param>
    /// <param name="functions">The functions that the process may have.</param>
    public static VfioArea Of(ProcessArea area, IEnumerable<PciFunctionFacts> functions)
    {
        ArgumentNullException.ThrowIfNull(area);
        var (region, offset) = ((int)(area.Offset >> RegionShift), area.Offset & ((1UL << RegionShift) - 1));
        var bars = functions.SelectMany(function => function.Bars.Select(bar => (function.Address, Bar: bar)))
            .Where(one => one.Bar.Index == region && !one.Bar.IsUnassigned && offset < one.Bar.Bytes && area.Bytes <= ((one.Bar.Bytes - offset + PageSize.Size4K.OffsetMask) & PageSize.Size4K.PageMask))
            .Select(one => new VfioBar(one.Address, one.Bar.Index, one.Bar.Start, one.Bar.Bytes));
        return new VfioArea(area, region, offset, [.. bars]);
    }
}

/// <summary>A BAR of a device.</summary>
/// <param name="Device">Bus address.</param>
/// <param name="Index">Number of the BAR.</param>
/// <param name="Start">Physical address.</param>
/// <param name="Bytes">Size.</param>
public readonly record struct VfioBar(string Device, int Index, ulong Start, ulong Bytes);
