using System.Collections.Immutable;
using System.Numerics;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>Reads the document of a scenario of rebalancing, field by field.</summary>
internal sealed class RebalanceReader
{
    private const int MostSlots = 128;
    private const int MostBars = 3;
    private const int MostStrategies = 26;
    private const int MostHosts = 8;
    private const ulong Page = 4096;
    private const ulong Megabyte = 1 << 20;
    private const ulong FirstAddress = 1UL << 32;
    private const ulong EndOfAddresses = 1UL << 52;

    // A BAR that is resized is 1 MiB to 128 TiB (PCI Express Base Specification, 7.8.6).
    private const ulong MostResizable = 1UL << 47;

    private readonly List<WindowPlan> _windows = [];
    private readonly List<DeviceType> _types = [];

    private readonly StrategyReader _strategies;
    private readonly Knowledge _knowledge;

    private RebalanceReader(Knowledge knowledge) => (_knowledge, _strategies) = (knowledge, new StrategyReader(knowledge.Behaviours));

    /// <summary>Reads it.</summary>
    /// <param name="root">The document.</param>
    /// <param name="knowledge">Which release does what.</param>
    /// <exception cref="KnowledgeFault">Something is not as it must be.</exception>
    public static RebalanceScenario Read(JsonPart root, Knowledge knowledge) => new RebalanceReader(knowledge).ReadRoot(root);

    private RebalanceScenario ReadRoot(JsonPart root)
    {
        var head = ScenarioHead.Read(root, RebalanceScenario.Machine);
        foreach (var part in root.Take("windows").Items()) _windows.Add(Window(part));
        var types = root.Take("types").Items();
        foreach (var part in types) _types.Add(Type(part));
        for (var i = 0; i < _types.Count; i++) CheckPeers(types[i], _types[i]);
        var devices = Devices(root.Take("devices"));
        var (history, random) = (root.Find("history"), root.Find("random"));
        if (history is null == random is null) throw root.Fault("there must be either a 'history' or 'random' ones");
        var reader = new HistoryReader(_windows, _types, devices);
        var scenario = new RebalanceScenario
        {
            Title = head.Title,
            Source = head.Source,
            Knowledge = _knowledge,
            Windows = [.. _windows],
            Types = [.. _types],
            Devices = devices,
            Strategies = Named(root.Take("strategies"), StrategyReader.Read, strategy => strategy.Name, MostStrategies),
            Hosts = Named(root.Take("hosts"), _strategies.Host, host => host.Name, MostHosts),
            History = history is null ? [] : reader.History(history),
            Random = random is null ? null : reader.Random(random),
        };
        if (scenario.Hosts.Any(host => host.Prepopulate is not null) && _windows.Find(window => window.Ports != WindowPorts.None) is { } ports)
            throw root.Take("hosts").Fault($"a guest of Hyper-V has no ports, and the window '{ports.Name}' has; leave the host or \"ports\" out");
        CheckReactions(root.Take("strategies"), scenario);
        root.Done();
        return scenario;
    }

    /// <summary>A reaction that nothing in the machine can answer to would be written in vain.</summary>
    private static void CheckReactions(JsonPart part, RebalanceScenario scenario)
    {
        var used = scenario.Strategies.SelectMany(strategy => strategy.Reactions).ToHashSet();
        if (used.Contains(Reaction.PartialBar) && (scenario.Windows.All(window => window.Ports != WindowPorts.Each) || scenario.Types.All(type => type.LeastPart is null)))
            throw part.Fault("'partial-bar' needs a window with \"ports\": \"each\" and a type with \"leastPart\"");
        if (used.Contains(Reaction.Resize) && scenario.Types.All(type => type.Resizable.IsEmpty)) throw part.Fault("'resize' needs a type with \"resizable\"");
    }

    private WindowPlan Window(JsonPart part)
    {
        var name = NewName(part.Take("name"), _windows.Select(window => window.Name));
        var ports = part.Find("ports")?.Word("none", "shared", "each") is { } word ? Enum.Parse<WindowPorts>(word, ignoreCase: true) : WindowPorts.None;
        var (start, size) = (part.Take("base"), part.Take("size"));
        var (first, bytes, granule) = (start.Size(), size.Size(), ports == WindowPorts.None ? Page : Megabyte);
        if (first < FirstAddress || first >= EndOfAddresses) throw start.Fault($"{BinarySize.Format(first)} is not from 4G to below 4P");
        if (first % granule != 0) throw start.Fault($"{BinarySize.Format(first)} is not a multiple of {BinarySize.Format(granule)}");
        if (bytes % granule != 0) throw size.Fault($"{BinarySize.Format(bytes)} is not a multiple of {BinarySize.Format(granule)}");
        if (bytes > EndOfAddresses - first) throw size.Fault($"{BinarySize.Format(bytes)} from {BinarySize.Format(first)} on end above 4P");
        var window = new WindowPlan(name, BusRange.Of(first, bytes), ports, part.Find("slots")?.Whole(1, MostSlots) ?? MostSlots);
        if (_windows.Find(other => other.Range.Overlaps(window.Range)) is { } overlapped) throw part.Fault($"it overlaps the window '{overlapped.Name}'");
        part.Done();
        return window;
    }

    private DeviceType Type(JsonPart part)
    {
        var bars = part.Take("bars").Items();
        if (bars.Count > MostBars) throw part.Fault($"{bars.Count} BARs of 64 bits; a function has room for {MostBars}");
        var sizes = bars.Select(bar => Power(bar, Page, BarCase.MostBytes)).ToImmutableArray();
        var resizable = part.Find("resizable");
        var least = part.Find("leastPart");
        var type = new DeviceType
        {
            Name = NewName(part.Take("name"), _types.Select(type => type.Name)),
            Bars = sizes,
            Resizable = resizable is null ? [] : [.. resizable.Items().Select(size => Power(size, Megabyte, MostResizable)).Distinct()],
            LeastPart = least is null ? null : Multiple(least, Megabyte),
            Immovable = part.Find("immovable")?.Text(),
            QuiesceSeconds = part.Find("quiesceSeconds")?.Number(0) ?? 0,
            RestartSeconds = part.Find("restartSeconds")?.Number(0) ?? 0,
            Peers = part.Find("peers") is { } peers ? [.. peers.Items().Select(peer => peer.Text())] : [],
        };
        if (resizable is not null && !type.Resizable.Contains(sizes.Max())) throw resizable.Fault($"the size that the BAR has, {BinarySize.Format(sizes.Max())}, is not among them");
        if (least is not null && type.LeastPart > sizes.Max()) throw least.Fault($"the largest BAR has {BinarySize.Format(sizes.Max())}");
        part.Done();
        return type;
    }

    private void CheckPeers(JsonPart part, DeviceType type)
    {
        if (type.Peers.IsEmpty) return;
        var peers = part.Take("peers").Items();
        for (var i = 0; i < peers.Count; i++) Known(peers[i], _types.Select(other => other.Name), "type");
    }

    private ImmutableArray<Operation> Devices(JsonPart part)
    {
        var devices = ImmutableArray.CreateBuilder<Operation>();
        foreach (var item in part.Items())
        {
            var type = Known(item.Take("type"), _types.Select(type => type.Name), "type");
            var name = item.Find("name")?.Text() ?? type;
            var window = item.Find("window") is { } where ? Known(where, _windows.Select(window => window.Name), "window") : _windows[0].Name;
            var count = item.Take("count").Whole(1, MostSlots);
            for (var number = 1; number <= count; number++) devices.Add(new Operation(OperationKind.Add, $"{name}-{number}", type, window));
            if (devices.Select(device => device.Device).Distinct().Count() < devices.Count) throw item.Fault($"there is a '{name}-1' already; give \"name\"");
            CheckFit(item, devices, _windows.First(plan => plan.Name == window));
            item.Done();
        }

        return devices.ToImmutable();
    }

    /// <summary>A machine starts with everything in its place.</summary>
    private void CheckFit(JsonPart item, IEnumerable<Operation> devices, WindowPlan window)
    {
        var inside = devices.Where(device => device.Window == window.Name)
            .Select(device => new RebalanceDevice(device.Device, _types.First(type => type.Name == device.Type), window, window.Ports == WindowPorts.Each ? new PciBridge("port", []) : null, false)).ToList();
        if (inside.Count > window.Slots) throw item.Fault($"{inside.Count} devices for the {window.Slots} slots of the window '{window.Name}'");
        var placed = new Planner(new RebalanceStrategy("", PlacementPolicy.FirstFit, [])).PlaceAll(window.Range, inside).Count;
        if (placed < inside.Count) throw item.Fault($"{inside.Count - placed} of {inside.Count} devices do not fit the window '{window.Name}' of {BinarySize.Format(window.Range.Bytes)} at the first boot");
    }

    private static ImmutableArray<T> Named<T>(JsonPart part, Func<JsonPart, T> read, Func<T, string> nameOf, int most)
    {
        if (part.Items().Count > most) throw part.Fault($"{part.Items().Count} of them; the most are {most}");
        var items = part.Items().Select(item => (Part: item, Value: read(item))).ToList();
        foreach (var item in items)
        {
            if (items.Count(other => nameOf(other.Value) == nameOf(item.Value)) > 1) throw item.Part.Fault($"two are called '{nameOf(item.Value)}'");
        }

        return [.. items.Select(item => item.Value)];
    }

    private static string NewName(JsonPart part, IEnumerable<string> names)
    {
        var name = part.Text();
        return names.Contains(name) ? throw part.Fault($"two are called '{name}'") : name;
    }

    private static ulong Power(JsonPart part, ulong least, ulong most)
    {
        var bytes = part.Size();
        return BitOperations.IsPow2(bytes) && bytes >= least && bytes <= most
            ? bytes
            : throw part.Fault($"{BinarySize.Format(bytes)} is not a power of two from {BinarySize.Format(least)} to {BinarySize.Format(most)}");
    }

    private static ulong Multiple(JsonPart part, ulong granule)
    {
        var bytes = part.Size();
        return bytes % granule == 0 ? bytes : throw part.Fault($"{BinarySize.Format(bytes)} is not a multiple of {BinarySize.Format(granule)}");
    }

    /// <summary>A word that must be one of several names.</summary>
    internal static string Known(JsonPart part, IEnumerable<string> names, string what)
    {
        var name = part.Text();
        return names.Contains(name) ? name : throw part.Fault($"there is no {what} '{name}'; there are {string.Join(", ", names)}");
    }
}
