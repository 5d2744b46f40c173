using System.Collections.Immutable;
using System.CommandLine;
using Fast.Host;
using Fast.Tool.CommandLine;
using Fast.Tool.Json;

namespace Fast.Tool.Measure;

/// <summary><c>fast measure</c>.</summary>
internal static class MeasureVerb
{
    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        Needs a device that vfio-pci has and nobody uses, alone with its like in its IOMMU group. Nothing is written to the device.
        Each case makes a fresh mmap, maps it for DMA, unmaps it, and does both again; then the mmap goes.

        Examples:
          fast measure                                    the device that vfio-pci has: 1G of its largest BAR, aligned and not
          fast measure 0000:3b:00.0 --size 32G --va-skew 0,2M,4K,natural
          fast measure --ram 4K,thp --size 256M           ordinary memory
          fast measure --calibration host.json            and then: fast predict --calibration host.json
          fast measure --size 1G --count                  what this kernel calls, to compare with 'fast map'
        """;

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams) => Create(streams, new HostTree(), static () => new LinuxCalls());

    /// <summary>The verb, on another machine.</summary>
    public static Command Create(CliStreams streams, HostTree tree, Func<IHostCalls> calls)
    {
        var options = new MeasureOptions();
        var verb = new Command("measure", "Times MAP_DMA and UNMAP_DMA of a real device's BAR on this machine, per size and alignment.") { options.Device };
        foreach (var option in options.All) verb.Add(option);
        verb.SetAction((parse, cancellation) => Task.FromResult((int)Run(options, parse, streams, tree, calls, cancellation)));
        return verb;
    }

    private static ExitCode Run(MeasureOptions options, ParseResult parse, CliStreams streams, HostTree tree, Func<IHostCalls> calls, CancellationToken cancellation)
    {
        options.Check(parse);
        var ledger = new HostLedger(calls());
        try
        {
            var document = Measure(options, parse, streams, tree, ledger, cancellation);
            if (parse.GetValue(options.Calibration) is { } file)
            {
                var calibration = CalibrationDocument.Of(document);
                OutputFile.Write("measure: --calibration", file, stream =>
                {
                    using var writer = new StreamWriter(stream);
                    JsonPrinter.Print(calibration, ToolJson.Default.CalibrationDocument, writer);
                });
            }

            if (parse.GetValue(options.Json)) JsonPrinter.Print(document, ToolJson.Default.MeasureDocument, streams.Out);
            else MeasureText.Write(document, streams);
            return ExitCode.Done;
        }
        catch (HostException missing)
        {
            CheckReleased(tree, ledger);
            throw new InputException($"measure: {missing.Message}");
        }
    }

    // What procfs shows is the truth; the ledger only says what it was.
    private static VfioLeftovers CheckReleased(HostTree tree, HostLedger ledger)
    {
        var left = VfioLeftovers.Read(tree);
        return ledger.IsBalanced && left is { Descriptors: 0, Mappings: 0 }
            ? left
            : throw new InvalidOperationException($"not everything was given back: {left.Descriptors} descriptors, {left.Mappings} mappings; {ledger}");
    }

    private static MeasureDocument Measure(MeasureOptions options, ParseResult parse, CliStreams streams, HostTree tree, HostLedger ledger, CancellationToken cancellation)
    {
        var binding = VfioBinding.Read(tree, parse.GetValue(options.Device) is { } name ? VfioCandidates.Normalize(tree, name) : VfioCandidates.Only(tree));
        var device = SysfsPci.Read(tree.PathOf("sys/bus/pci/devices")).Devices.FirstOrDefault(each => each.Address == binding.Address)
            ?? throw new HostException($"{binding.Address}: its folder in sysfs cannot be read");
        var isIommufd = options.UsesIommufd(parse);
        var rounds = options.Rounds(parse);
        ImmutableArray<MeasuredPoint> points;
        ImmutableArray<string>? absent = null;
        Func<int, ulong> barBytes;
        MeasuredDeviceView view;
        using (var progress = new ProgressLine(streams, parse.GetValue(options.Quiet)))
        using (DmaSession session = isIommufd ? IommufdSession.Open(ledger, tree, binding) : Type1Session.Open(ledger, tree, binding))
        {
            var measurement = new DmaMeasurement(session, tree, device);
            var cases = options.Cases(parse, device, measurement.Region);
            if (parse.GetValue(options.DecodeOff)) measurement.SwitchDecodeOff();
            var done = ImmutableArray.CreateBuilder<MeasuredPoint>(cases.Length);
            foreach (var wanted in cases)
            {
                progress.Doing($"{Numbers.Size(wanted.Bytes)} ({done.Count + 1} of {cases.Length})");
                progress.Report(default);
                var isLast = done.Count == cases.Length - 1;
                measurement.WhileMapped = isLast && parse.GetValue(options.Hold) ? point => Hold(point, streams, cancellation) : null;
                done.Add(measurement.Measure(wanted, rounds, cancellation));
            }

            measurement.WhileMapped = null;
            points = done.MoveToImmutable();
            if (parse.GetValue(options.Count)) (points, absent) = Counted(measurement, points, tree, progress, cancellation);
            barBytes = index => measurement.Region(index).Bytes;
            view = ViewOf(session);
        }

        var left = CheckReleased(tree, ledger);
        var machine = HostMachine.Read(tree);
        return new MeasureDocument(
            MeasureDocument.SchemaId,
            new MeasuredMachineView(machine.Model, machine.Kernel, machine.Iommu, machine.Cpu, machine.Thp),
            view,
            isIommufd ? "iommufd" : "type1",
            absent,
            [.. points.Select(point => PointView.Of(point, absent ?? [], parse.GetValue(options.Frames), parse.GetValue(options.FastPath) ? FastPathView.Execute(point, barBytes(point.Case.Region), machine, cancellation) : null))],
            new ReleasedView(left.Descriptors, left.Mappings));
    }

    private static (ImmutableArray<MeasuredPoint> Points, ImmutableArray<string> Absent) Counted(
        DmaMeasurement measurement, ImmutableArray<MeasuredPoint> points, HostTree tree, ProgressLine progress, CancellationToken cancellation)
    {
        using var counter = KprobeCounter.Start(tree, CountedCalls.Functions);
        var counted = ImmutableArray.CreateBuilder<MeasuredPoint>(points.Length);
        foreach (var point in points)
        {
            progress.Doing($"counting {Numbers.Size(point.Case.Bytes)} ({counted.Count + 1} of {points.Length})");
            progress.Report(default);
            // Where the kernel put an mmap that chose no address, this one goes, too.
            var place = point.Case.VaSkew is null ? point.Case with { VaSkew = Congruent.Skew(point.Va, point.Physical) } : point.Case;
            var again = measurement.Count(place, counter, cancellation);
            counted.Add(point with { Counted = again.Rounds[0], Frames = again.Frames });
        }

        return (counted.MoveToImmutable(), counter.Absent);
    }

    private static MeasuredDeviceView ViewOf(DmaSession session) => new(
        session.Binding.Address,
        session.Binding.Driver!,
        session.Binding.Group!,
        session.Binding.GroupType,
        [.. Enumerable.Range(0, 64).Select(bit => 1UL << bit).Where(size => (session.PageSizes & size) != 0)],
        [.. session.Windows.Select(window => new DmaWindowView(window.First, window.Last))]);

    private static void Hold(MeasuredPoint point, CliStreams streams, CancellationToken cancellation)
    {
        streams.Error.WriteLine($"fast: held: process {Environment.ProcessId}, virtual address 0x{point.Va:x}, device address 0x{point.Iova:x}, {Numbers.Size(point.Case.Bytes)}; a line on standard input ends it");
        streams.Error.Flush();
        streams.In.ReadLineAsync(cancellation).AsTask().GetAwaiter().GetResult();
    }
}
