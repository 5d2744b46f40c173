using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Fast.Machines.Xen;
using Fast.PageTables;

namespace Fast.Tool.Run.Xen;

/// <summary>One strategy on one machine.</summary>
internal sealed record XenRunView(
    string Name,
    string Strategy,
    string StrategyText,
    bool ChangesGuestDriver,
    string Dom0Mode,
    double MigrationsPerSecond,
    ImmutableArray<XenChangeView> Settings,
    double SimulatedSeconds,
    double CostSeconds,
    XenBuffersView Buffers,
    XenDomainView Dom0,
    XenDomainView Guest,
    XenCallsView Calls,
    XenReferencesView References,
    XenDeviceView Device,
    XenRevocationsView Revocations,
    XenFaultsView Faults,
    XenMemoryView Memory,
    ImmutableArray<XenSampleView> Samples,
    ImmutableArray<string> Violations)
{
    /// <summary>A view of what came of a run.</summary>
    public static XenRunView Of(XenScenarioRun run, XenRunResult result)
    {
        var standard = new XenSettings();
        var blobs = result.Blobs;
        return new XenRunView(
            run.Name,
            result.Strategy.Id,
            result.Strategy.Text,
            result.Strategy.ChangesGuestDriver,
            XenSetting.WordOf(result.Settings.Dom0),
            result.Settings.MigrationsPerSecond,
            [.. XenSetting.All.Where(setting => setting.Show(result.Settings) != setting.Show(standard)).Select(setting => new XenChangeView(setting.Name, setting.Show(result.Settings)))],
            result.Seconds,
            result.CostSeconds,
            new XenBuffersView(blobs.Created, blobs.Refused, blobs.Migrations, blobs.MigrationsAvoided, blobs.MigrationsRefused, blobs.CopiedBytes, blobs.CopyNanoseconds / 1e9, blobs.StaleCaching),
            XenDomainView.Of(result.Dom0),
            XenDomainView.Of(result.Guest),
            new XenCallsView(result.Calls, result.Continuations, result.XenNanoseconds / 1e9),
            new XenReferencesView(result.ReferencesTaken, result.ReferencesDropped, result.ReferencesTaken - result.ReferencesDropped),
            new XenDeviceView(blobs.DeviceBuffers, blobs.DeviceExtents, blobs.LongestDevicePages << Pfn.Shift, [.. blobs.FailedOrders.Select(each => new XenFailedOrderView(each.Key, each.Value))]),
            new XenRevocationsView(blobs.Revocations, blobs.RevocationsOverBudget, result.Settings.BudgetMilliseconds / 1e3, blobs.RevocationP99 / 1e9, blobs.LongestRevocation / 1e9),
            new XenFaultsView(blobs.Touches, blobs.GuestFaults, blobs.StallNanoseconds / 1e9),
            new XenMemoryView(blobs.ReservedBytes, blobs.Ballooned << Pfn.Shift, blobs.MostBallooned << Pfn.Shift),
            [.. result.Samples.Select(sample => new XenSampleView(sample.Seconds, SizesView.Of(sample.Dom0), SizesView.Of(sample.Guest), SizesView.Of(sample.Iommu)))],
            result.Violations);
    }
}

/// <summary>Buffers and their moves.</summary>
internal sealed record XenBuffersView(
    ulong Created, ulong Refused, ulong Migrations, ulong MigrationsAvoided, ulong MigrationsRefused, ulong CopiedBytes, double CopySeconds, ulong StaleCaching);

/// <summary>What was done to a domain's tables.</summary>
internal sealed record XenDomainView(
    SizesView EntriesWritten,
    SizesView FilledBySplits,
    SizesView Shattered,
    SizesView Leaves,
    ulong Tables,
    ulong TablesTaken,
    ulong TablesGivenBack,
    SizesView IommuEntriesWritten,
    ulong Flushes,
    ulong IotlbFlushes,
    ulong VcpuPauses,
    XenLockView Lock)
{
    /// <summary>A view of a domain.</summary>
    public static XenDomainView Of(DomainResult domain) => new(
        SizesView.Of(domain.P2m.Written),
        SizesView.Of(domain.P2m.FilledBySplits),
        SizesView.Of(domain.P2m.Shattered),
        SizesView.Of(domain.Leaves),
        domain.Tables,
        domain.P2m.TablesTaken,
        domain.P2m.TablesGivenBack,
        SizesView.Of(domain.Iommu.Written),
        domain.Flushes,
        domain.IotlbFlushes,
        domain.VcpuPauses,
        new XenLockView(domain.Lock.Holds, domain.Lock.HoldNanoseconds / 1e9, domain.Lock.Waits, domain.Lock.WaitNanoseconds / 1e9, domain.Lock.LongestWaitNanoseconds / 1e9));
}

/// <summary>A p2m lock.</summary>
internal sealed record XenLockView(ulong Holds, double HoldSeconds, ulong Waits, double WaitSeconds, double LongestWaitSeconds);

/// <summary>Calls to Xen.</summary>
internal sealed record XenCallsView(ulong All, ulong Continuations, double XenSeconds);

/// <summary>References of foreign entries and grants.</summary>
internal sealed record XenReferencesView(ulong Taken, ulong Dropped, ulong Held);

/// <summary>What the GPU sees of buffers in memory of a domain.</summary>
internal sealed record XenDeviceView(ulong Buffers, ulong Extents, ulong LongestBytes, ImmutableArray<XenFailedOrderView> FailedOrders);

/// <summary>Exchanges that the heap could not serve.</summary>
internal sealed record XenFailedOrderView(int Order, ulong Count);

/// <summary>Revocations of the guest's mappings.</summary>
internal sealed record XenRevocationsView(int Count, int OverBudget, double BudgetSeconds, double P99Seconds, double LongestSeconds);

/// <summary>Accesses that found nothing mapped.</summary>
internal sealed record XenFaultsView(ulong Touches, ulong Faults, double StallSeconds);

/// <summary>Memory that somebody gave up.</summary>
internal sealed record XenMemoryView(ulong ReservedBytes, ulong BalloonedBytes, ulong MostBalloonedBytes);

/// <summary>Leaves at a time.</summary>
internal sealed record XenSampleView(double Seconds, SizesView Dom0, SizesView Guest, SizesView Iommu);

/// <summary>Numbers of leaves by size.</summary>
internal sealed record SizesView(
    [property: JsonPropertyName("4K")] ulong Small,
    [property: JsonPropertyName("2M")] ulong Middle,
    [property: JsonPropertyName("1G")] ulong Large)
{
    /// <summary>A view of counts.</summary>
    public static SizesView Of(LeafSizes sizes) => new(sizes.Small, sizes.Middle, sizes.Large);

    /// <summary>All together.</summary>
    [JsonIgnore]
    public ulong Total => Small + Middle + Large;
}
