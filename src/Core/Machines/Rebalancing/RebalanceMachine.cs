using System.Collections.Immutable;
using System.Globalization;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>A machine while it runs: devices come and go, find places or not, and are moved. Every register is written, and a guard looks after each write.</summary>
internal sealed class RebalanceMachine
{
    private readonly RebalanceScenario _scenario;
    private readonly RebalanceStrategy _strategy;
    private readonly PrepopulateBars? _prepopulate;
    private readonly PciHierarchy _pci;
    private readonly Dictionary<WindowPlan, PciBridge> _sharedPorts = [];
    private readonly Dictionary<WindowPlan, Queue<PciBridge>> _freePorts = [];
    private readonly Dictionary<string, RebalanceDevice> _devices = [];
    private readonly Dictionary<PciFunction, RebalanceDevice> _byFunction = [];
    private readonly PeerMappings _peers = new();
    private readonly GuestIntake _intake;
    private readonly GuestStart _start;
    private readonly HashSet<string> _waitForBoot = [];

    /// <summary>A machine as its first boot leaves it.</summary>
    /// <param name="scenario">What it is.</param>
    /// <param name="strategy">How places are found.</param>
    /// <param name="guest">Kernel of the guest.</param>
    /// <param name="prepopulate">On Hyper-V, which pci-hyperv; <see langword="null"/> elsewhere.</param>
    /// <param name="parts">What thinks and moves; tests replace it by broken ones.</param>
    public RebalanceMachine(RebalanceScenario scenario, RebalanceStrategy strategy, KernelVersion guest, PrepopulateBars? prepopulate, MachineParts? parts = null)
    {
        (_scenario, _strategy, _prepopulate) = (scenario, strategy, prepopulate);
        _pci = new PciHierarchy(BuildRootBus());
        Guard = new RebalanceGuard(_pci, _peers, function => _byFunction.GetValueOrDefault(function));
        Toggles = new DecodeToggles(_pci);
        var recorder = new MapEventRecorder(_pci);
        Log = new StepLog(recorder);
        parts ??= new MachineParts();
        Mover = parts.Mover(_pci, _peers, Log);
        Planner = parts.Planner(strategy);
        _intake = new GuestIntake(_pci, scenario.Knowledge.Behaviours.BatchesSizing(guest), prepopulate);
        _start = new GuestStart(_pci, guest, scenario);
        foreach (var device in scenario.Devices) PlugIn(device);
        Start();
        Log.Restart();
        FirstBoot = (Toggles.Count, Guard.Writes);
    }

    /// <summary>Its registers.</summary>
    public PciHierarchy Pci => _pci;

    /// <summary>Looks after each write.</summary>
    public RebalanceGuard Guard { get; }

    /// <summary>Counts decode going off.</summary>
    public DecodeToggles Toggles { get; }

    /// <summary>What happened since the first boot.</summary>
    public StepLog Log { get; }

    /// <summary>What moves.</summary>
    public BarMover Mover { get; }

    /// <summary>What thinks.</summary>
    public Planner Planner { get; }

    /// <summary>Toggles and writes of the first boot.</summary>
    public (int Toggles, long Writes) FirstBoot { get; }

    /// <summary>Boots after the first.</summary>
    public int Boots { get; private set; }

    /// <summary>Devices that were refused and got a place at a boot.</summary>
    public int ServedAtBoot { get; private set; }

    /// <summary>Devices that had a place and got none at a boot.</summary>
    public int LostAtBoot { get; private set; }

    /// <summary>Whether a request waits for a boot that the strategy asks for.</summary>
    public bool AsksForBoot => _waitForBoot.Count > 0;

    /// <summary>What is plugged in.</summary>
    public IReadOnlyCollection<RebalanceDevice> Devices => _devices.Values;

    /// <summary>What is free in a window.</summary>
    public FreeSpace FreeIn(WindowPlan window) => FreeSpace.Of(window.Range, _devices.Values.Where(device => device.Window == window).SelectMany(device => device.Placed).Select(block => block.Range));

    /// <summary>A device comes.</summary>
    public RequestOutcome Add(Operation operation, int number)
    {
        var device = PlugIn(operation);
        var free = FreeIn(device.Window);
        var plan = Planner.Plan(device, [.. _devices.Values.Where(other => other != device && other.IsPlaced && other.Window == device.Window)]);
        var bytes = BlockLayout.Of(device, headFirst: false).Aggregate(0UL, (sum, block) => sum + block.Shape.Bytes);
        var request = new RequestOutcome(number, device.Name, device.Type.Name, bytes, device.Bytes, free, RequestEnd.Fits, plan?.Reaction, 0, []);
        if (plan is null)
        {
            _intake.Discover(device.Function);
            if (_strategy.Reactions.Contains(Reaction.AtBoot)) _waitForBoot.Add(device.Name);
            return request with { End = free.Total >= request.Bytes ? RequestEnd.RefusedFragmented : RequestEnd.RefusedFull };
        }

        if (plan.LargestBytes is { } smaller) _intake.Resize(device.LargestBar, smaller);
        var moves = plan.Moves.SelectMany(move => move.Key.Placed.Zip(move.Value, (from, to) => new MovedRange(move.Key.Name, from.Range, to.Range))).Where(move => move.From != move.To).OrderBy(move => move.From.Start).ToImmutableArray();
        if (plan.Moves.Count > 0) Mover.Move(plan.Moves, _devices.Values);
        device.Placed = [.. plan.Newcomer];
        _intake.Admit(device);
        Run(device);
        return request with { End = plan.Reaction is null ? RequestEnd.Fits : RequestEnd.Reacted, Got = Reachable(device), Moves = moves };
    }

    /// <summary>A device goes.</summary>
    public void Remove(string name)
    {
        var device = _devices[name];
        _devices.Remove(name);
        _waitForBoot.Remove(name);
        _peers.Disconnect(device);
        Guard.Release(device);
        device.IsRunning = false;
        _intake.Remove(device);
        device.Placed = [];
        _pci.Unplug(device.Function);
        _byFunction.Remove(device.Function);
        if (device.Port is { } port) _freePorts[device.Window].Enqueue(port);
    }

    /// <summary>The guest is booted: its devices are reset, and everything is placed anew.</summary>
    public void Boot()
    {
        Boots++;
        var before = _devices.Values.ToLookup(device => device.IsPlaced);
        Log.Add(StepKind.BootBegins, devices: before[true].Count());
        _peers.Clear();
        Guard.BeginBoot();
        foreach (var device in _devices.Values) device.IsRunning = false;
        _pci.Cause = MapCause.Firmware;
        _pci.Reset();
        Start();
        Log.Add(StepKind.BootEnds);
        ServedAtBoot += before[false].Count(device => device.IsPlaced);
        LostAtBoot += before[true].Count(device => !device.IsPlaced);
        _waitForBoot.Clear();
    }

    /// <summary>Where everything is.</summary>
    public Snapshot Look(int number, string text) => new(
        number,
        text,
        [.. _devices.Values.SelectMany(device => device.Placed.Select(block => new TakenRange(device.Name, device.Type.Name, device.Window.Name, block.Range, device.Type.Immovable is null)))],
        _devices.Values.Any(device => !device.IsPlaced));

    private void Start()
    {
        Guard.BeginBoot();
        var places = _scenario.Windows.Select(window => Planner.PlaceAll(window.Range, _devices.Values.Where(device => device.Window == window))).SelectMany(each => each).ToDictionary();
        foreach (var device in _devices.Values) device.Placed = places.TryGetValue(device, out var placed) ? [.. placed] : [];
        if (_prepopulate is null) _start.Run(_devices.Values, _sharedPorts);
        else foreach (var device in _devices.Values.Where(device => device.IsPlaced)) _intake.Admit(device);
        var running = _devices.Values.Where(device => device.IsPlaced).ToList();
        Guard.EndBoot(running);
        foreach (var device in running) Run(device);
    }

    private void Run(RebalanceDevice device)
    {
        Guard.Fix(device);
        device.IsRunning = true;
        _peers.Connect(device, _devices.Values);
    }

    private ulong Reachable(RebalanceDevice device) => _pci.Visible.Where(mapping => mapping.Bar.Function == device.Function).Aggregate(0UL, (sum, mapping) => sum + mapping.Range.Bytes);

    private RebalanceDevice PlugIn(Operation operation)
    {
        var window = _scenario.Windows.First(plan => plan.Name == operation.Window);
        var port = window.Ports == WindowPorts.Each ? _freePorts[window].Dequeue() : null;
        var device = new RebalanceDevice(operation.Device, _scenario.Types.First(type => type.Name == operation.Type), window, port, _prepopulate is not null);
        _devices.Add(device.Name, device);
        _byFunction.Add(device.Function, device);
        if (port is not null) _pci.Plug(port, device.Function);
        else if (_sharedPorts.TryGetValue(window, out var shared)) _pci.Plug(shared, device.Function);
        else _pci.Plug(device.Function);
        return device;
    }

    private List<PciFunction> BuildRootBus()
    {
        var bus = new List<PciFunction> { new("00:00.0") { ClassCode = 0x0600 } };
        foreach (var window in _scenario.Windows)
        {
            var count = window.Ports switch { WindowPorts.Each => window.Slots, WindowPorts.Shared => 1, _ => 0 };
            var ports = Enumerable.Range(0, count).Select(_ => new PciBridge(string.Create(CultureInfo.InvariantCulture, $"port {bus.Count}"), [])).ToList();
            if (window.Ports == WindowPorts.Shared) _sharedPorts.Add(window, ports[0]);
            if (window.Ports == WindowPorts.Each) _freePorts.Add(window, new Queue<PciBridge>(ports));
            bus.AddRange(ports);
        }

        return bus;
    }
}

/// <summary>What thinks and moves in a machine.</summary>
internal class MachineParts
{
    public virtual Planner Planner(RebalanceStrategy strategy) => new(strategy);

    public virtual BarMover Mover(PciHierarchy pci, PeerMappings peers, StepLog log) => new(pci, peers, log);
}
