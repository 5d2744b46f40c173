using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Boots the machine of a scenario in each of its ways: every config access is executed; each distinct map of a BAR is executed once on real tables and priced.</summary>
/// <param name="knowledge">Costs.</param>
/// <param name="cases">Executed cases.</param>
/// <param name="calibration">Rates of one's own machine in place of the public ones, or <see langword="null"/>.</param>
public sealed class BootRunner(Knowledge knowledge, BarCaseCache cases, Calibration? calibration = null)
{
    private readonly EventPrices _prices = new(knowledge, cases, calibration);
    private readonly GuestTouch _touch = new();

    /// <summary>Runs all.</summary>
    public BootResult Run(BootScenario scenario, IProgress<BarProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return new BootResult(scenario, _prices.Costs, [.. scenario.Runs.Select(run => Run(scenario, run, progress, cancellation))]);
    }

    private RunResult Run(BootScenario scenario, BootRun run, IProgress<BarProgress>? progress, CancellationToken cancellation)
    {
        // On Hyper-V each device has a bus of its own, one after the other; elsewhere all are on one.
        var machines = scenario.IsHyperV ? HyperV(scenario, run) : [Kvm(scenario, run)];
        var devices = ImmutableArray.CreateBuilder<RunDevice>();
        var timeline = ImmutableArray.CreateBuilder<TimedEvent>();
        var host = new EventHost
        {
            Kernel = run.HostKernel,
            Thp = run.Thp,
            VaSkew = run.VaSkew,
            Iommu = run.Iommu,
            Backend = run.Backend,
            NoMmap = run.NoMmap,
            Flip = scenario.Flip,
        };
        var (total, writes, clock) = (default(MapAndUnmap), 0L, 0.0);
        foreach (var (pci, recorder) in machines)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var each in recorder.Events.Where(each => !each.Mapping.Bar.Function.IsBridge))
            {
                var time = _prices.Of(host, each, progress, cancellation);
                total += time;
                timeline.Add(new TimedEvent(
                    each.IsMap, each.Mapping.Bar.ToString(), each.Mapping.Bar.Function.Name, each.Mapping.Range, each.Write.ToString(), each.Cause, clock, time.Sum.Center));
                clock += time.Sum.Center;
            }

            writes += pci.Writes;
            devices.AddRange(pci.Functions.Where(function => !function.IsBridge && function.Bars.Count > 0).Select(function => DeviceOf(host, pci, recorder, function)));
        }

        return new RunResult(run, devices.ToImmutable(), total, writes, timeline.ToImmutable());
    }

    private (PciHierarchy, MapEventRecorder) Kvm(BootScenario scenario, BootRun run)
    {
        var devices = scenario.Devices.SelectMany(device => Enumerable.Repeat(device.Bars, device.Count)).Select(bars => bars.ToArray()).ToArray();
        var pci = run.IsHotPlug ? GuestTopology.OfEmptyPorts(devices.Length, run.Bridges) : GuestTopology.Of(devices, run.Bridges);
        var recorder = new MapEventRecorder(pci);
        var windows = run.WindowBytes is { } bytes ? HostBridgeWindows.Fixed(bytes)
            : run.Firmware is { } firmware ? HostBridgeWindows.Of(firmware, run.PhysicalBits)
            : HostBridgeWindows.Q35(run.PhysicalBits);
        var guest = new GuestBoot
        {
            Firmware = run.Firmware?.Does ?? FirmwareKind.None,
            Kernel = run.GuestKernel,
            Windows = windows,
            LeavesDecodeOff = run.LeavesDecodeOff,
            PortReserve = run.PortReserve,
            Realloc = run.Realloc,
            WithoutCrs = run.NoCrs ? HostBridgeWindows.Q35(run.PhysicalBits, memoryAbove4G: 1UL << 40) : null,
            HasDriver = run.HasDriver,
            Knowledge = knowledge,
        }.Run(pci);
        if (run.IsHotPlug) GuestTopology.Plug(pci, guest, devices);
        return (pci, recorder);
    }

    private IEnumerable<(PciHierarchy, MapEventRecorder)> HyperV(BootScenario scenario, BootRun run)
    {
        var number = 0;
        foreach (var bars in scenario.Devices.SelectMany(device => Enumerable.Repeat(device.Bars, device.Count)))
        {
            var function = new PciFunction(FormattableString.Invariant($"{++number:x4}:00:00.0"), [.. bars]) { ClassCode = 0x0302, IgnoresBarWritesWhileDecoding = true };
            var pci = new PciHierarchy(function);
            var recorder = new MapEventRecorder(pci);
            new HyperVBus(pci, run.GuestKernel, run.Prepopulate, knowledge).Probe(run.HasDriver);
            yield return (pci, recorder);
        }
    }

    private RunDevice DeviceOf(EventHost host, PciHierarchy pci, MapEventRecorder recorder, PciFunction function)
    {
        var largest = function.Bars.MaxBy(bar => bar.Bytes)!;
        var isVisible = pci.Visible.Any(mapping => mapping.Bar == largest);
        return new RunDevice(
            function.Name,
            largest.Bytes,
            [
                .. recorder.Events.Where(each => each.IsMap && each.Mapping.Bar == largest).GroupBy(each => each.Cause).OrderBy(group => group.Key)
                    .Select(group => new RunEvents(group.Key, group.Count(), group.Count(each => each.IsCold))),
            ],
            pci.Visible.Count(mapping => mapping.Bar.Function == function),
            function.Bars.Count,
            host.Flip is not null || host.NoMmap || !isVisible ? null : _touch.FaultsOf(_prices.CaseOf(host, largest.Bytes, isWarm: false)));
    }
}
