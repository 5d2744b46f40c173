using System.Collections.Immutable;
using Fast.Host;
using Fast.Linux;
using Fast.Machines;

namespace Fast.Tool.Check;

/// <summary>What findings are made of: a machine, the model of its kernel, and a process of it.</summary>
internal sealed class CheckFacts
{
    private const ulong LargeBar = 64UL << 20;

    /// <summary>Facts of a machine, and of a process if there is one.</summary>
    public CheckFacts(MachineFacts machine, ProcessFacts? process)
    {
        (Machine, Process) = (machine, process);
        if (!KernelVersion.TryParse(machine.KernelRelease ?? "", out var version, out var error)) KernelProblem = error;
        else if (KernelProfiles.TryResolve(version, out var choice, out error)) Kernel = choice;
        else KernelProblem = error;
        Relevant = [.. machine.Functions.Where(function => !function.Device.IsVirtualFunction || function.IsVfio).Where(function => function.IsVfio || function.IsAccelerator || function.Bars.Any(bar => bar.Bytes >= LargeBar))];
        var mine = process is null ? [] : machine.Functions.Where(function => function.IsVfio && (process.VfioGroups.IsEmpty || (function.Group is { } group && process.VfioGroups.Contains(group))));
        VfioAreas = process is null ? [] : [.. process.Areas.Where(area => area.IsVfio).Select(area => VfioArea.Of(area, mine))];
    }

    public MachineFacts Machine { get; }

    public ProcessFacts? Process { get; }

    /// <summary>The profile of the machine's kernel, or <see langword="null"/>: it is not modelled.</summary>
    public KernelChoice? Kernel { get; }

    /// <summary>Why there is no profile.</summary>
    public string? KernelProblem { get; }

    /// <summary>Functions that are passed through, or would be: bound to VFIO, accelerators, and whatever has a large BAR.</summary>
    public ImmutableArray<PciFunctionFacts> Relevant { get; }

    /// <summary>Regions of devices in the process.</summary>
    public ImmutableArray<VfioArea> VfioAreas { get; }

    /// <summary>BARs that a guest would get, with the function that has them.</summary>
    public IEnumerable<(PciFunctionFacts Function, SysfsRegion Bar)> Bars => Relevant.SelectMany(function => function.Bars.Select(bar => (function, bar)));

    /// <summary>The largest of them that has an address; 0 when there is none.</summary>
    public ulong LargestBar => Bars.Where(one => !one.Bar.IsUnassigned).Select(one => one.Bar.Bytes).DefaultIfEmpty().Max();

    /// <summary>All of them together.</summary>
    public ulong AllBars => Bars.Aggregate(0UL, (sum, one) => sum + one.Bar.Bytes);

    /// <summary>How much it matters that BARs are handled page by page: a minute and more from some tens of GiB on, seconds below.</summary>
    public Severity PageByPage => LargestBar switch
    {
        >= 1UL << 34 => Severity.Error,
        >= 1UL << 28 => Severity.Warning,
        _ => Severity.Note,
    };
}
