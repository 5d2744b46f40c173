using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>What the slow gaps of a guest's log say: map events, time per page, and the kind of host.</summary>
/// <param name="Log">The log.</param>
/// <param name="IsBatched">The guest sizes all BARs of a function at once (6.14 and newer).</param>
/// <param name="Functions">Functions with slow gaps, in the order of the log.</param>
/// <param name="PerPage">Nanoseconds of one unmap and map, per 4 KiB; <see langword="null"/> without an event whose bytes the log says.</param>
/// <param name="Extrapolated">With the devices that are behind slow bridges but not in the log; <see langword="null"/> when there are none.</param>
/// <param name="Host">What host has such times; <see langword="null"/> without <paramref name="PerPage"/>.</param>
public sealed record LogAnalysis(
    GuestLog Log, bool IsBatched, ImmutableArray<LogFunction> Functions, LogPerPage? PerPage, LogExtrapolation? Extrapolated, string? Host)
{
    private const double PageBytes = 4096;
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>Map events that the gaps are made of.</summary>
    public int Events => Functions.Sum(function => function.Events);

    /// <summary>Their time.</summary>
    public double Seconds => Functions.Sum(function => function.Seconds);

    /// <summary>Analyses a log that is one.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static LogAnalysis Of(GuestLog log, Knowledge knowledge)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (log.Error is { } error) throw new ArgumentException(error.Message, nameof(log));
        var slow = log.Steps.Where(step => step.IsSlow).ToList();
        // Batched sizing is over before the first BAR is printed: a slow gap after that is the older kernel's.
        var isBatched = log.Kernel is { } kernel
            ? knowledge.Behaviours.BatchesSizing(kernel)
            : slow.Count > 0 && slow.All(step => step.IsFirst || step.Cause == MapCause.BridgeWindowProbe);
        ImmutableArray<LogFunction> functions =
        [
            .. slow.GroupBy(step => step.Address).Select(steps => new LogFunction(
                steps.Key,
                steps.Any(step => step.Cause is MapCause.BridgeSizing or MapCause.BridgeWindowProbe),
                steps.First().Bytes,
                [.. steps.Select(step => new LogEvents(step.Cause, isBatched ? 1 : step.Toggles, step.Gap))])),
        ];
        var perPage = PerPageOf(functions);
        return new LogAnalysis(log, isBatched, functions, perPage, Extrapolate(functions), perPage is null ? null : HostOf(perPage.Mean, knowledge));
    }

    private static LogPerPage? PerPageOf(ImmutableArray<LogFunction> functions)
    {
        var each = functions.Where(function => function.Bytes > 0)
            .SelectMany(function => function.Gaps.Select(gap => (PerPage: gap.Gap.Seconds * NanosecondsPerSecond / gap.Events / (function.Bytes / PageBytes), gap.Events))).ToList();
        return each.Count == 0
            ? null
            : new LogPerPage(each.Min(one => one.PerPage), each.Max(one => one.PerPage), each.Sum(one => one.PerPage * one.Events) / each.Sum(one => one.Events));
    }

    /// <summary>A slow bridge has a device behind it; where an excerpt ends before the device, the ones that it shows stand for it.</summary>
    private static LogExtrapolation? Extrapolate(ImmutableArray<LogFunction> functions)
    {
        var (bridges, endpoints) = (functions.Count(function => function.IsBridge), functions.Where(function => !function.IsBridge).ToList());
        var missing = bridges - endpoints.Count;
        if (missing <= 0 || endpoints.Count == 0) return null;
        return new LogExtrapolation(
            missing,
            functions.Sum(function => function.Events) + (missing * (int)Math.Round(endpoints.Average(endpoint => endpoint.Events))),
            functions.Sum(function => function.Seconds) + (missing * endpoints.Average(endpoint => endpoint.Seconds)));
    }

    /// <summary>The cost model's time per page for each kind of host; the nearest by factor is named.</summary>
    private static string HostOf(double nanoseconds, Knowledge knowledge)
    {
        var mask = knowledge.Behaviours.Hosts.FirstOrDefault(known => KernelProfiles.ByRelease[known.Profile].Has(VfioPatches.All))?.From;
        (string Text, double Nanoseconds)[] hosts =
        [
            ($"a host before Linux {mask}: it looks the BAR up 4K at a time", PerPage(new KernelVersion(6, 12), lookup: costs => costs.PerLookup.Large.Value)),
            ($"a host of Linux {mask} or newer: it looks the BAR up by its leaves, and what is left is the unmap", PerPage(new KernelVersion(7, 2), lookup: _ => 0)),
            ("a host that faults the BAR in 4K at a time after each unmap: its mmap is not aligned, or transparent huge pages are off",
                PerPage(new KernelVersion(6, 12), lookup: costs => costs.PerLookup.Small.Value + costs.PerFault.Small.Value)),
        ];
        return hosts.MinBy(host => Math.Abs(Math.Log(host.Nanoseconds / nanoseconds))).Text;

        double PerPage(KernelVersion version, Func<KernelCosts, double> lookup)
        {
            var costs = knowledge.CostsOf(knowledge.Behaviours.Resolve(version));
            return (lookup(costs) + costs.PerIovaToPhys.Value) * knowledge.NanosecondsPerInstruction.Value;
        }
    }
}

/// <summary>A function with slow gaps.</summary>
/// <param name="Address">Its address.</param>
/// <param name="IsBridge">Whether it is a bridge: then what is behind it came and went.</param>
/// <param name="Bytes">Bytes that came and went; 0 when the log does not say.</param>
/// <param name="Gaps">Its slow gaps.</param>
public sealed record LogFunction(string Address, bool IsBridge, ulong Bytes, ImmutableArray<LogEvents> Gaps)
{
    /// <summary>Map events.</summary>
    public int Events => Gaps.Sum(gap => gap.Events);

    /// <summary>Their time.</summary>
    public double Seconds => Gaps.Sum(gap => gap.Gap.Seconds);
}

/// <summary>Map events in one gap.</summary>
/// <param name="Cause">What the guest was at.</param>
/// <param name="Events">How many.</param>
/// <param name="Gap">The gap.</param>
public sealed record LogEvents(MapCause Cause, int Events, LogGap Gap);

/// <summary>Nanoseconds of one unmap and map per 4 KiB page.</summary>
/// <param name="Low">Of the fastest gap.</param>
/// <param name="High">Of the slowest.</param>
/// <param name="Mean">Of all events.</param>
public sealed record LogPerPage(double Low, double High, double Mean);

/// <summary>The log's events and time, if the devices that it does not show are as those that it shows.</summary>
/// <param name="MissingDevices">Devices that it does not show.</param>
/// <param name="Events">Map events of all.</param>
/// <param name="Seconds">Their time.</param>
public sealed record LogExtrapolation(int MissingDevices, int Events, double Seconds);
