using System.Collections.Immutable;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>How long the mapping of large BARs delays the boot of a guest, on each host kernel, and what would shorten it.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Devices">The devices and their BARs.</param>
/// <param name="Kernels">One prediction for each host kernel, in the order asked for.</param>
/// <param name="Baseline">The host kernel that <paramref name="Changes"/> are compared with.</param>
/// <param name="Changes">What each change alone saves, the most first, then the alternatives; the last entries save nothing and say why.</param>
/// <param name="Together">All changes at once that are no alternatives; <see langword="null"/> when fewer than two save anything.</param>
/// <param name="Executed">Cases that were executed on real tables.</param>
/// <param name="Repeated">Map events that reuse the counters of an equal case.</param>
/// <param name="Costs">The knowledge, whose fingerprint belongs into every result, and the rates that priced.</param>
/// <param name="Notes">What a reader of the result should know.</param>
public sealed record Prediction(
    PredictionRequest Request,
    ImmutableArray<PredictedDevice> Devices,
    ImmutableArray<KernelPrediction> Kernels,
    KernelPrediction Baseline,
    ImmutableArray<PredictedChange> Changes,
    PredictedChange? Together,
    int Executed,
    ulong Repeated,
    CostModel Costs,
    ImmutableArray<PciNote> Notes)
{
    /// <summary>What is known.</summary>
    public Knowledge Knowledge => Costs.Knowledge;

    /// <summary>Where the map events per boot come from.</summary>
    public const string EventsBasis = "executed on the register model";
}

/// <summary>A device and its BARs.</summary>
/// <param name="Device">The device.</param>
/// <param name="Bars">Its BARs that a VMM maps.</param>
public sealed record PredictedDevice(PciDevice Device, ImmutableArray<PredictedBar> Bars)
{
    /// <summary>Map events of its largest BAR that the guest sees in one boot, by cause; a smaller one below 4 GiB may see fewer.</summary>
    public ImmutableArray<PredictedEvents> Events => Bars.OrderByDescending(bar => bar.MappedBytes).Select(bar => bar.Events).FirstOrDefault(events => events.Length > 0, []);

    /// <summary>Map events of its largest BAR in one boot.</summary>
    public ulong MapEvents => Events.Aggregate(0UL, (sum, events) => sum + events.Maps);
}

/// <summary>A BAR that a VMM maps.</summary>
/// <param name="Region">The BAR.</param>
/// <param name="MappedBytes">What is mapped of it: its size, in whole pages.</param>
/// <param name="Events">Its map events in one boot, by cause.</param>
/// <param name="Trapped">What the VMM keeps to itself of it: the pages of the MSI-X table.</param>
/// <param name="IsVisible">Whether the guest sees it when it has booted; a BAR that finds no place is not there.</param>
public sealed record PredictedBar(PciRegion Region, ulong MappedBytes, ImmutableArray<PredictedEvents> Events, TrappedPages? Trapped, bool IsVisible);

/// <summary>What one cause did to a BAR in one boot; counted while the boot was executed.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Maps">Map events.</param>
/// <param name="ColdMaps">Those of them that found nothing of the BAR in the CPU's table.</param>
/// <param name="Unmaps">Unmaps.</param>
public sealed record PredictedEvents(MapCause Cause, ulong Maps, ulong ColdMaps, ulong Unmaps);

/// <summary>The delay on one host kernel.</summary>
/// <param name="Kernel">Release, profile, and how far to trust it.</param>
/// <param name="Costs">The costs that priced it.</param>
/// <param name="Bars">One line for each BAR.</param>
/// <param name="Total">All BARs.</param>
/// <param name="Ram">Pinning the guest's memory, which is not part of the total; <see langword="null"/> when it was not asked for.</param>
public sealed record KernelPrediction(KernelChoice Kernel, KernelCosts Costs, ImmutableArray<BarPrediction> Bars, MapAndUnmap Total, RamPrediction? Ram)
{
    /// <summary>The total by phase of the boot, in order.</summary>
    public IEnumerable<(string Phase, MapAndUnmap Time)> Phases => MapCauses.Phases.Select(phase =>
        (phase, Bars.SelectMany(bar => bar.ByCause).Where(part => MapCauses.PhaseOf(part.Cause) == phase).Aggregate(default(MapAndUnmap), (sum, part) => sum + part.Time)));
}

/// <summary>One BAR on one host kernel.</summary>
public sealed record BarPrediction
{
    /// <summary>The device.</summary>
    public required PciDevice Device { get; init; }

    /// <summary>The BAR.</summary>
    public required PciRegion Region { get; init; }

    /// <summary>The case that was executed for cold events, or for warm ones when there are no cold ones.</summary>
    public required BarCase Case { get; init; }

    /// <summary>Why mapping fails; <see cref="Errno.None"/> when it does not.</summary>
    public required Errno Errno { get; init; }

    /// <summary>Map events in one boot.</summary>
    public required ulong MapEvents { get; init; }

    /// <summary>Those of them that find the CPU's table empty.</summary>
    public required ulong ColdMapEvents { get; init; }

    /// <summary>Unmaps in one boot: one before each map but the first.</summary>
    public required ulong UnmapEvents { get; init; }

    /// <summary>Whether the guest sees the BAR when it has booted.</summary>
    public required bool IsVisible { get; init; }

    /// <summary>VFIO_IOMMU_MAP_DMA calls of one map event: sections around what the VMM keeps to itself.</summary>
    public required int Sections { get; init; }

    /// <summary>Memslots that KVM gets in one boot: one for each section that comes into sight.</summary>
    public ulong MemorySlots => MapEvents * (ulong)Sections;

    /// <summary>Faults of KVM's second stage until the guest has reached all of the BAR once after a map event.</summary>
    public required ulong Stage2FaultsPerTouch { get; init; }

    /// <summary>Leaves that translate the BAR in the CPU's table.</summary>
    public required LeafCounts CpuLeaves { get; init; }

    /// <summary>Leaves that translate it in the IOMMU's table, by size.</summary>
    public required LeafSizeCounts IommuLeaves { get; init; }

    /// <summary>Lookups of one map event with a filled table: what <c>vaddr_get_pfns</c> is called for.</summary>
    public required ulong LookupsPerEvent { get; init; }

    /// <summary>Lookups of the whole boot (<c>follow_pfnmap_start</c>, misses included).</summary>
    public required ulong Lookups { get; init; }

    /// <summary>Translations that the unmaps of the whole boot ask the IOMMU for.</summary>
    public required ulong IovaToPhys { get; init; }

    /// <summary>Time of all maps and unmaps of the boot.</summary>
    public required MapAndUnmap Time { get; init; }

    /// <summary>The same by cause.</summary>
    public required ImmutableArray<(MapCause Cause, MapAndUnmap Time)> ByCause { get; init; }

    /// <summary>Bytes of the CPU's tables for this BAR, the root included.</summary>
    public required ulong CpuTableBytes { get; init; }

    /// <summary>Bytes of the IOMMU's tables for this BAR, the root included.</summary>
    public required ulong IommuTableBytes { get; init; }
}

/// <summary>Times of mapping and of unmapping, which have bands of their own.</summary>
/// <param name="Map">Mapping; stands on <see cref="CostModel.MapBasis"/>.</param>
/// <param name="Unmap">Unmapping; stands on <see cref="CostModel.UnmapBasis"/>.</param>
public readonly record struct MapAndUnmap(Seconds Map, Seconds Unmap)
{
    /// <summary>Both.</summary>
    public Seconds Sum => Map + Unmap;

    /// <summary>One after the other.</summary>
    public static MapAndUnmap operator +(MapAndUnmap left, MapAndUnmap right) => new(left.Map + right.Map, left.Unmap + right.Unmap);
}

/// <summary>One thing to change.</summary>
/// <param name="Id">Name of the change, such as <c>host-kernel</c>.</param>
/// <param name="Text">What to do, in one line.</param>
/// <param name="SavesSeconds">What it saves of the baseline's delay; 0 for advice that nothing can be done.</param>
/// <param name="After">The delay after it.</param>
/// <param name="IsAlternative">Whether it gives something up, or rests on more than a version or a setting; not part of all changes together.</param>
public sealed record PredictedChange(string Id, string Text, double SavesSeconds, MapAndUnmap After, bool IsAlternative = false);
