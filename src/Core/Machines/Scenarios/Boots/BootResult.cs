using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>What booting a machine in its ways did.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Runs">One result for each way, in order.</param>
public sealed record BootResult(BootScenario Scenario, ImmutableArray<RunResult> Runs);

/// <summary>One boot, executed.</summary>
/// <param name="Run">Its settings.</param>
/// <param name="Devices">The functions with large BARs.</param>
/// <param name="Time">Time of all maps and unmaps. On Hyper-V all of it stands under map: what was timed is both together.</param>
/// <param name="ConfigWrites">Config writes of firmware and kernel.</param>
/// <param name="Timeline">Every map and unmap, one after the other.</param>
public sealed record RunResult(BootRun Run, ImmutableArray<RunDevice> Devices, MapAndUnmap Time, long ConfigWrites, ImmutableArray<TimedEvent> Timeline)
{
    /// <summary>Map events of all BARs of the largest size.</summary>
    public int Events => Devices.Sum(device => device.Events.Sum(events => events.Maps));

    /// <summary>Seconds that stand on a public timing.</summary>
    public double Explained => Time.Map.Center;

    /// <summary>Seconds that were counted and never timed.</summary>
    public double Assumed => Time.Unmap.Center;

    /// <summary>What is left of the observation, or <see langword="null"/> without one; never filled by a factor.</summary>
    public double? Unexplained => Run.Observed is { } observed ? observed.Seconds - Explained - Assumed : null;
}

/// <summary>A function and its largest BAR.</summary>
/// <param name="Name">The function.</param>
/// <param name="BarBytes">Size of its largest BAR.</param>
/// <param name="Events">Map events of that BAR by cause.</param>
/// <param name="VisibleBars">BARs that the guest sees when it has booted.</param>
/// <param name="Bars">BARs that the function has.</param>
public sealed record RunDevice(string Name, ulong BarBytes, ImmutableArray<RunEvents> Events, int VisibleBars, int Bars);

/// <summary>Map events of one cause.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Maps">How many.</param>
/// <param name="ColdMaps">Those of them that found nothing of the BAR in the CPU's table.</param>
public sealed record RunEvents(MapCause Cause, int Maps, int ColdMaps);

/// <summary>A map or unmap with its time.</summary>
/// <param name="IsMap">Which of both.</param>
/// <param name="Bar">The BAR, such as <c>BAR 2 of 01:00.0</c>.</param>
/// <param name="Function">Its function.</param>
/// <param name="Range">Where in the guest's address space.</param>
/// <param name="Write">The write that caused it.</param>
/// <param name="Cause">What the software was at.</param>
/// <param name="StartSeconds">When it starts, if nothing else takes time.</param>
/// <param name="Seconds">How long it takes.</param>
public sealed record TimedEvent(bool IsMap, string Bar, string Function, BusRange Range, string Write, MapCause Cause, double StartSeconds, double Seconds);
