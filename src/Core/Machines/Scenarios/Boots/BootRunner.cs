using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Boots the machine of a scenario in each of its ways: every config access is executed; each distinct map of a BAR is executed once on real tables and priced.</summary>
/// <param name="knowledge">Costs.</param>
/// <param name="cases">Executed cases.</param>
public sealed class BootRunner(Knowledge knowledge, BarCaseCache cases)
{
    private const ulong PageBytes = 4096;
    private readonly CostModel _costs = new(knowledge);

    /// <summary>Runs all.</summary>
    public BootResult Run(BootScenario scenario, IProgress<BarProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return new BootResult(scenario, [.. scenario.Runs.Select(run => Run(scenario, run, progress, cancellation))]);
    }

    private RunResult Run(BootScenario scenario, BootRun run, IProgress<BarProgress>? progress, CancellationToken cancellation)
    {
        // On Hyper-V each device has a bus of its own, one after the other; elsewhere all are on one.
        var machines = scenario.IsHyperV ? HyperV(scenario, run) : [Kvm(scenario, run)];
        var devices = ImmutableArray.CreateBuilder<RunDevice>();
        var timeline = ImmutableArray.CreateBuilder<TimedEvent>();
        var (total, writes, clock) = (default(MapAndUnmap), 0L, 0.0);
        foreach (var (pci, recorder) in machines)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var each in recorder.Events.Where(each => !each.Mapping.Bar.Function.IsBridge))
            {
                var time = scenario.Flip is { } flip ? Timed(flip, each) : Priced(run, each, progress, cancellation);
                total += time;
                timeline.Add(new TimedEvent(
                    each.IsMap, each.Mapping.Bar.ToString(), each.Mapping.Bar.Function.Name, each.Mapping.Range, each.Write.ToString(), each.Cause, clock, time.Sum.Center));
                clock += time.Sum.Center;
            }

            writes += pci.Writes;
            devices.AddRange(pci.Functions.Where(function => !function.IsBridge && function.Bars.Count > 0).Select(function => DeviceOf(pci, recorder, function)));
        }

        return new RunResult(run, devices.ToImmutable(), total, writes, timeline.ToImmutable());
    }

    private static (PciHierarchy, MapEventRecorder) Kvm(BootScenario scenario, BootRun run)
    {
        var pci = GuestTopology.Of(scenario.Devices.SelectMany(device => Enumerable.Repeat(device.Bars, device.Count)).Select(bars => bars.ToArray()), run.Bridges);
        var recorder = new MapEventRecorder(pci);
        var windows = run.WindowBytes is { } bytes ? HostBridgeWindows.Fixed(bytes)
            : run.Firmware == FirmwareKind.Ovmf ? HostBridgeWindows.OvmfDynamic(run.PhysicalBits)
            : HostBridgeWindows.Q35(run.PhysicalBits);
        new GuestBoot
        {
            Firmware = run.Firmware,
            Kernel = run.GuestKernel,
            Windows = windows,
            LeavesDecodeOff = run.LeavesDecodeOff,
            Realloc = run.Realloc,
            WithoutCrs = run.NoCrs ? HostBridgeWindows.Q35(run.PhysicalBits, memoryAbove4G: 1UL << 40) : null,
            HasDriver = run.HasDriver,
        }.Run(pci);
        return (pci, recorder);
    }

    private static IEnumerable<(PciHierarchy, MapEventRecorder)> HyperV(BootScenario scenario, BootRun run)
    {
        var number = 0;
        foreach (var bars in scenario.Devices.SelectMany(device => Enumerable.Repeat(device.Bars, device.Count)))
        {
            var function = new PciFunction(FormattableString.Invariant($"{++number:x4}:00:00.0"), [.. bars]) { ClassCode = 0x0302, IgnoresBarWritesWhileDecoding = true };
            var pci = new PciHierarchy(function);
            var recorder = new MapEventRecorder(pci);
            new HyperVBus(pci, run.GuestKernel, run.Prepopulate).Probe(run.HasDriver);
            yield return (pci, recorder);
        }
    }

    /// <summary>What was timed is an unmap with the map after it, for a size; it is taken as so much per byte, at the map.</summary>
    private static MapAndUnmap Timed(TimedFlip flip, MapEvent each)
    {
        var seconds = each.IsMap ? flip.Seconds * each.Mapping.Bar.Bytes / flip.Bytes : 0;
        return new MapAndUnmap(new Seconds(seconds, seconds, seconds), Seconds.Zero);
    }

    private MapAndUnmap Priced(BootRun run, MapEvent each, IProgress<BarProgress>? progress, CancellationToken cancellation)
    {
        var barCase = BarCase.Create(new BarCaseOptions
        {
            Bytes = Math.Max((each.Mapping.Range.Bytes + (PageBytes - 1)) & ~(PageBytes - 1), PageBytes),
            Kernel = run.HostKernel,
            Warm = each is { IsMap: true, IsCold: false },
            VaSkew = run.VaSkew,
            Thp = run.Thp,
        });
        var outcome = cases.Run(barCase, progress, cancellation);
        return each.IsMap
            ? new MapAndUnmap(_costs.PriceMap(barCase.Kernel, MapSteps.Of(barCase, outcome)).Seconds, Seconds.Zero)
            : new MapAndUnmap(Seconds.Zero, _costs.PriceUnmap(barCase.Kernel, (ulong)outcome.Unmap.IovaToPhys).Seconds);
    }

    private static RunDevice DeviceOf(PciHierarchy pci, MapEventRecorder recorder, PciFunction function)
    {
        var largest = function.Bars.MaxBy(bar => bar.Bytes)!;
        return new RunDevice(
            function.Name,
            largest.Bytes,
            [
                .. recorder.Events.Where(each => each.IsMap && each.Mapping.Bar == largest).GroupBy(each => each.Cause).OrderBy(group => group.Key)
                    .Select(group => new RunEvents(group.Key, group.Count(), group.Count(each => each.IsCold))),
            ],
            pci.Visible.Count(mapping => mapping.Bar.Function == function),
            function.Bars.Count);
    }
}
