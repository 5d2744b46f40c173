using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Reads the document of a knowledge file, field by field.</summary>
/// <param name="source">Name of the file.</param>
/// <param name="fingerprint">Hash of its bytes.</param>
internal sealed class KnowledgeReader(string source, string fingerprint)
{
    private const int MaxEvents = 1000;
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);

    /// <summary>Reads it.</summary>
    /// <exception cref="KnowledgeFault">Something is not as it must be.</exception>
    internal Knowledge Read(JsonPart root)
    {
        var schema = root.Take("schema");
        if (schema.Text() != Knowledge.Schema) throw schema.Fault($"expected '{Knowledge.Schema}'");
        ReadSources(root.Take("sources"));
        var costs = root.Take("costs");
        var events = root.Take("mapEvents");
        var behaviours = new BehavioursReader(Known, ReadFigure).Read(root.Take("behaviours"));
        root.Done();
        var cold = events.Take("coldSource");
        var knowledge = new Knowledge(source, fingerprint)
        {
            Sources = _sources.ToImmutableDictionary(StringComparer.Ordinal),
            NanosecondsPerInstruction = ReadFigure(costs.Take("nanosecondsPerInstruction"), double.Epsilon),
            MapBand = ReadFigure(costs.Take("mapBand"), 1),
            UnmapBand = ReadFigure(costs.Take("unmapBand"), 1),
            RamBand = ReadFigure(costs.Take("ramBand"), 1),
            Ram = ReadRam(costs.Take("ram")),
            Kernels = ReadKernels(costs.Take("kernels")),
            Behaviours = behaviours,
            ColdSource = Known(cold),
            Firmwares = ReadFirmwares(events.Take("firmware")),
            GuestKernels = ReadGuestKernels(events.Take("guestKernels")),
        };
        costs.Done();
        events.Done();
        foreach (var firmware in behaviours.Firmwares)
        {
            if (knowledge.FindFirmware(firmware.Name) is null) throw root.Take("behaviours").Take("firmware").Fault($"the firmware '{firmware.Name}' has no entry in mapEvents.firmware");
        }

        return knowledge;
    }

    /// <summary>Reads the sources that figures may name.</summary>
    internal ImmutableDictionary<string, string> ReadSources(JsonPart part)
    {
        foreach (var item in part.Items())
        {
            var id = item.Take("id");
            if (!_sources.TryAdd(id.Text(), item.Take("text").Text())) throw id.Fault($"the source '{id.Text()}' occurs twice");
            item.Done();
        }

        return _sources.ToImmutableDictionary(StringComparer.Ordinal);
    }

    private ImmutableArray<KernelCosts> ReadKernels(JsonPart part)
    {
        var kernels = new SortedDictionary<KernelVersion, KernelCosts>();
        foreach (var item in part.Items())
        {
            var version = ReadVersion(item.Take("kernel"));
            var steps = item.Take("instructions");
            item.Done();
            var costs = new KernelCosts(
                version,
                ReadFigure(steps.Take("perMap"), 0),
                ReadLeafFigures(steps.Take("perLookup")),
                ReadLeafFigures(steps.Take("perFault")),
                ReadFigure(steps.Take("perRemappedPage"), 0),
                ReadFigure(steps.Take("perIommuEntry"), 0),
                ReadFigure(steps.Take("perIovaToPhys"), 0));
            steps.Done();
            if (!kernels.TryAdd(version, costs)) throw item.Fault($"the kernel {version} occurs twice");
        }

        foreach (var profile in KernelProfiles.All)
        {
            if (!kernels.Keys.Any(version => version.ToString() == profile.CostKernel))
                throw part.Fault($"the kernel {profile.CostKernel} is missing, whose costs the profile {profile.Name} needs");
        }

        return [.. kernels.Values];
    }

    private ImmutableArray<RamCosts> ReadRam(JsonPart part)
    {
        var all = ImmutableArray.CreateBuilder<RamCosts>();
        foreach (var item in part.Items())
        {
            var costs = new RamCosts(
                ReadVersion(item.Take("kernel")),
                item.Take("pages").Word("4K", "thp", "2M") switch { "4K" => RamKind.Pages4K, "thp" => RamKind.Thp, _ => RamKind.Hugetlb2M },
                ReadFigure(item.Take("mapUntouched"), 0),
                ReadFigure(item.Take("mapTouched"), 0),
                ReadFigure(item.Take("unmap"), 0));
            item.Done();
            if (all.Any(known => known.Kernel == costs.Kernel && known.Kind == costs.Kind)) throw item.Fault($"Linux {costs.Kernel} with these pages occurs twice");
            all.Add(costs);
        }

        foreach (var profile in KernelProfiles.All)
        {
            foreach (var kind in Knowledge.RamKinds)
            {
                if (!all.Any(known => known.Kernel.ToString() == profile.CostKernel && known.Kind == kind)) throw part.Fault($"the kernel {profile.CostKernel} is missing with one of its kinds of pages, which the profile {profile.Name} needs");
            }
        }

        return all.ToImmutable();
    }

    private ImmutableArray<FirmwareEvents> ReadFirmwares(JsonPart part)
    {
        var all = new List<FirmwareEvents>();
        foreach (var item in part.Items())
        {
            var name = item.Take("firmware");
            if (all.Any(known => known.Firmware == name.Text())) throw name.Fault($"the firmware '{name.Text()}' occurs twice");
            all.Add(new FirmwareEvents(name.Text(), ReadEvents(item.Take("events"))));
            item.Done();
        }

        return [.. all];
    }

    private ImmutableArray<GuestKernelEvents> ReadGuestKernels(JsonPart part)
    {
        var all = new List<GuestKernelEvents>();
        foreach (var item in part.Items())
        {
            var from = item.Take("from");
            var version = ReadVersion(from);
            if (all.Count == 0 && version > new KernelVersion(0, 0)) throw from.Fault("the first entry must hold from 0.0 on");
            if (all.Count > 0 && version <= all[^1].From) throw from.Fault($"{version} must be newer than the {all[^1].From} before it");
            all.Add(new GuestKernelEvents(version, ReadEvents(item.Take("events"))));
            item.Done();
        }

        return [.. all];
    }

    private ImmutableArray<MapEventGroup> ReadEvents(JsonPart part)
    {
        var all = ImmutableArray.CreateBuilder<MapEventGroup>();
        foreach (var item in part.Items())
        {
            var of = item.Take("of");
            if (of.Text() is not ("bridge" or "endpoint")) throw of.Fault($"'{of.Text()}' is neither bridge nor endpoint");
            var count = item.Take("count");
            count.Take("value").Whole(0, MaxEvents);
            all.Add(new MapEventGroup(
                item.Take("id").Text(),
                item.Take("text").Text(),
                of.Text() == "bridge",
                item.Take("cold").Truth(),
                ReadFigure(count, 0),
                item.Take("per64BitBar").Whole(-MaxEvents, MaxEvents)));
            item.Done();
        }

        return all.ToImmutable();
    }

    private LeafFigures ReadLeafFigures(JsonPart part)
    {
        var figures = new LeafFigures(ReadFigure(part.Take("4K"), 0), ReadFigure(part.Take("2M"), 0), ReadFigure(part.Take("1G"), 0));
        part.Done();
        return figures;
    }

    /// <summary>Reads a number with its origin, which must be one of the sources.</summary>
    internal Figure ReadFigure(JsonPart part, double least)
    {
        var confidence = part.Take("confidence");
        var evidence = confidence.Text() switch
        {
            "measured" => Evidence.Measured,
            "derived" => Evidence.Derived,
            "assumed" => Evidence.Assumed,
            var other => throw confidence.Fault($"'{other}' is neither measured nor derived nor assumed"),
        };
        var figure = new Figure(part.Take("value").Number(least), evidence, Known(part.Take("source")));
        part.Done();
        return figure;
    }

    /// <summary>The id of a source that is there.</summary>
    internal string Known(JsonPart id) =>
        _sources.ContainsKey(id.Text()) ? id.Text() : throw id.Fault($"there is no source '{id.Text()}' among the sources");

    internal static KernelVersion ReadVersion(JsonPart part) =>
        KernelVersion.TryParse(part.Text(), out var version, out var error) ? version : throw part.Fault(error!);
}
