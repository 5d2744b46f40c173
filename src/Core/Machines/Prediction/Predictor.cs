using System.Collections.Immutable;
using System.Numerics;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>
/// Predicts the delay: each distinct BAR is mapped and unmapped once on real tables, cold and warm; its counted steps are priced and multiplied by the map
/// events of a boot.
/// </summary>
/// <param name="knowledge">Costs and map events.</param>
/// <param name="cases">Executes cases; a second prediction profits from what the first one executed.</param>
/// <param name="calibration">Rates of one's own machine in place of the public ones, or <see langword="null"/>.</param>
public sealed class Predictor(Knowledge knowledge, BarCaseCache cases, Calibration? calibration = null)
{
    private const ulong PageBytes = 4096;
    private readonly CostModel _costs = new(knowledge, calibration);
    private readonly GuestTouch _touch = new();

    /// <summary>Predicts.</summary>
    /// <param name="request">What.</param>
    /// <param name="progress">Told how far each execution is, or <see langword="null"/>.</param>
    /// <param name="cancellation">Looked at every few thousand steps.</param>
    /// <exception cref="ArgumentException">The request cannot be predicted; <see cref="PredictionRequest.Check"/> says so beforehand.</exception>
    public Prediction Predict(PredictionRequest request, IProgress<BarProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Check(knowledge) is { } error) throw new ArgumentException(error, nameof(request));
        var run = new Run(this, progress, cancellation);
        var notes = ImmutableArray.CreateBuilder<PciNote>();
        var devices = DevicesOf(request, notes);
        var before = cases.Executed;
        ImmutableArray<KernelPrediction> kernels = [.. request.HostKernels.Select(kernel => run.Kernel(request, devices, kernel))];
        var baseline = kernels.FirstOrDefault(kernel => kernel.Kernel.Version == request.EffectiveBaseline) ?? run.Kernel(request, devices, request.EffectiveBaseline);
        var executed = cases.Executed - before;
        var events = kernels.SelectMany(kernel => kernel.Bars).Aggregate(0UL, (sum, bar) => sum + bar.MapEvents);
        var (changes, together) = PossibleChanges.Of(request, baseline, knowledge, changed => run.Kernel(changed, DevicesOf(changed, null), changed.HostKernels[0]));
        var repeated = events - Math.Min(events, (ulong)executed);
        return new Prediction(request, devices, kernels, baseline, changes, together, executed, repeated, _costs, notes.ToImmutable());
    }

    private ImmutableArray<PredictedDevice> DevicesOf(PredictionRequest request, ImmutableArray<PciNote>.Builder? notes)
    {
        var events = BootEvents.Of(request, knowledge);
        ImmutableArray<PredictedDevice> devices = [.. request.Devices.Select((device, index) => new PredictedDevice(
            device,
            [.. device.MappableBars.Select(region => BarOf(device, region, events[index], notes)).OfType<PredictedBar>()]))];
        if (notes is not null)
        {
            Compare(request, devices, notes);
            RequestNotes.Add(request, devices, knowledge, notes);
        }

        return devices;
    }

    /// <summary>Where a real machine was counted and the register model does something else, the result says so.</summary>
    private void Compare(PredictionRequest request, ImmutableArray<PredictedDevice> devices, ImmutableArray<PciNote>.Builder notes)
    {
        var groups = knowledge.FindFirmware(request.Firmware)!.Events.Concat(knowledge.GuestKernelOf(request.GuestKernel).Events).ToArray();
        foreach (var device in devices.Where(device => device.Bars.Any(bar => bar.Region.Is64)))
        {
            foreach (var group in groups)
            {
                var counted = group.EventsOf(device.Device.Bars64, request.BridgesAbove);
                var executed = device.Events.Where(events => MapCauses.IdOf(events.Cause) == group.Id).Aggregate(0UL, (sum, events) => sum + events.Maps);
                if (executed != counted && device.Events.Length > 0)
                    notes.Add(new PciNote(0, $"{device.Device.Label}: {group.Id} maps {executed} times on the register model; the knowledge file, counted behind a port, has {counted}"));
            }
        }
    }

    private static PredictedBar? BarOf(PciDevice device, PciRegion region, Dictionary<PciRegion, BarBoot> events, ImmutableArray<PciNote>.Builder? notes)
    {
        var bytes = region.Bytes!.Value;
        string? note = null;
        if (bytes > BarCase.MostBytes) note = $"is more than a process can map ({BinarySize.Format(BarCase.MostBytes)}) and is not counted";
        else if (bytes < PageBytes) note = "is smaller than a page and is counted as one";
        else if (!BitOperations.IsPow2(bytes)) note = "is not a power of two, as BARs are; counted as the first part of the next one";
        if (note is not null) notes?.Add(new PciNote(region.SourceLine, $"{region} of {device.Label} {note}"));
        if (bytes > BarCase.MostBytes) return null;
        var mapped = (bytes + (PageBytes - 1)) & ~(PageBytes - 1);
        var boot = events.GetValueOrDefault(region) ?? new BarBoot([], false);
        return new PredictedBar(region, mapped, boot.Events, TrappedOf(device, region, mapped), boot.IsVisible);
    }

    /// <summary>The pages of the MSI-X table, where the listing says that it lies in the BAR.</summary>
    private static TrappedPages? TrappedOf(PciDevice device, PciRegion region, ulong mapped)
    {
        if (device.Msix is not { } msix || msix.Region != region.Index) return null;
        var pages = TrappedPages.Of(msix.Offset, msix.Bytes.Bytes);
        return pages.Check(mapped) is null ? pages : null;
    }

    /// <summary>One prediction's way through the cases.</summary>
    private sealed class Run(Predictor predictor, IProgress<BarProgress>? progress, CancellationToken cancellation)
    {
        public KernelPrediction Kernel(PredictionRequest request, ImmutableArray<PredictedDevice> devices, KernelVersion version)
        {
            var bars = ImmutableArray.CreateBuilder<BarPrediction>();
            var total = default(MapAndUnmap);
            foreach (var device in devices)
            {
                foreach (var bar in device.Bars)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var line = Bar(request, device, bar, version);
                    bars.Add(line);
                    total += line.Time;
                }
            }

            var choice = predictor._costs.Knowledge.Behaviours.Resolve(version);
            var ram = RamPrediction.Of(request, choice, predictor._costs, predictor.Cases, progress, cancellation);
            return new KernelPrediction(choice, predictor._costs.Knowledge.CostsOf(choice), bars.ToImmutable(), total, ram);
        }

        private BarPrediction Bar(PredictionRequest request, PredictedDevice device, PredictedBar bar, KernelVersion version)
        {
            var (maps, coldMaps, unmaps) = (Sum(bar, events => events.Maps), Sum(bar, events => events.ColdMaps), Sum(bar, events => events.Unmaps));
            var cold = Execute(request, bar, version, warm: false);
            var warm = maps > coldMaps ? Execute(request, bar, version, warm: true) : cold;
            var (coldMap, warmMap) = (MapSeconds(cold), MapSeconds(warm));
            var oneUnmap = predictor._costs.PriceUnmap(cold.Case.Kernel, (ulong)cold.Outcome.Unmap.IovaToPhys).Seconds;
            ImmutableArray<(MapCause, MapAndUnmap Time)> byCause =
                [.. bar.Events.Select(events => (events.Cause, new MapAndUnmap((coldMap * events.ColdMaps) + (warmMap * (events.Maps - events.ColdMaps)), oneUnmap * events.Unmaps)))];
            return new BarPrediction
            {
                Device = device.Device,
                Region = bar.Region,
                Case = cold.Case,
                Errno = cold.Outcome.Errno,
                MapEvents = maps,
                ColdMapEvents = coldMaps,
                UnmapEvents = unmaps,
                IsVisible = bar.IsVisible,
                Sections = cold.Case.Sections.Length,
                Stage2FaultsPerTouch = request.NoMmap ? 0 : predictor._touch.FaultsOf(cold.Case),
                CpuLeaves = cold.Outcome.CpuLeaves,
                IommuLeaves = cold.Outcome.IommuLeaves,
                LookupsPerEvent = (ulong)warm.Outcome.Map.VaddrGetPfns,
                Lookups = ((ulong)cold.Outcome.Map.Lookups * coldMaps) + ((ulong)warm.Outcome.Map.Lookups * (maps - coldMaps)),
                IovaToPhys = (ulong)cold.Outcome.Unmap.IovaToPhys * unmaps,
                Time = byCause.Aggregate(default(MapAndUnmap), (sum, part) => sum + part.Time),
                ByCause = byCause,
                CpuTableBytes = cold.Outcome.CpuTableBytes,
                IommuTableBytes = cold.Outcome.IommuTableBytes,
            };
        }

        private static ulong Sum(PredictedBar bar, Func<PredictedEvents, ulong> what) => bar.Events.Aggregate(0UL, (sum, events) => sum + what(events));

        private (BarCase Case, BarOutcome Outcome) Execute(PredictionRequest request, PredictedBar bar, KernelVersion version, bool warm)
        {
            var barCase = BarCase.Create(new BarCaseOptions
            {
                Bytes = bar.MappedBytes,
                Kernel = version,
                Choice = predictor._costs.Knowledge.Behaviours.Resolve(version),
                Warm = warm,
                VaSkew = request.VaSkew,
                IovaSkew = request.IovaSkew,
                // Where no huge leaf fits, the policy decides nothing: one execution serves all.
                Thp = request.VaSkew % PageSize.Size2M.Bytes == 0 ? request.Thp : ThpPolicy.Always,
                Iommu = request.Iommu,
                Trapped = request.NoMmap ? new TrappedPages(0, bar.MappedBytes) : bar.Trapped,
                Conditions = new BarConditions { Backend = request.Backend },
            });
            return (barCase, predictor.Cases.Run(barCase, progress, cancellation));
        }

        private Seconds MapSeconds((BarCase Case, BarOutcome Outcome) done)
        {
            var (barCase, outcome) = done;
            return predictor._costs.PriceMap(barCase.Kernel, MapSteps.Of(barCase, outcome)).Seconds;
        }
    }

    private BarCaseCache Cases => cases;
}
