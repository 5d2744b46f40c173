using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>
/// Moves devices to other addresses while the guest runs: their drivers stop them, decode goes off, BARs (and the window of a port) are written, decode goes on, drivers start
/// them. A device is moved when nothing that decodes lies where it goes; where several stand in each other's way, one is switched off first and waits.
/// Every step can be replaced, which tests use to leave one out.
/// </summary>
/// <param name="pci">The hierarchy.</param>
/// <param name="peers">Mappings to BARs.</param>
/// <param name="log">Told of stops and starts.</param>
internal class BarMover(PciHierarchy pci, PeerMappings peers, StepLog log)
{
    private readonly LinuxWindowWriter _windowWriter = new(pci);
    private readonly LinuxBarWriter _barWriter = new(pci);

    /// <summary>Devices that were switched off to wait for another.</summary>
    public int Waited { get; private set; }

    /// <summary>Devices that were moved.</summary>
    public int Moved { get; private set; }

    /// <summary>Bytes of the BARs that got another address.</summary>
    public ulong MovedBytes { get; private set; }

    /// <summary>Mappings of peers that had to be made anew.</summary>
    public int RedonePeers { get; private set; }

    /// <summary>Moves devices.</summary>
    /// <param name="targets">Where all blocks of each shall be.</param>
    /// <param name="all">All devices of the machine.</param>
    public void Move(IReadOnlyDictionary<RebalanceDevice, PlacedBlock[]> targets, IReadOnlyCollection<RebalanceDevice> all)
    {
        var waiting = targets.Keys.OrderBy(device => targets[device].Min(block => block.Range.Start)).ToList();
        var off = new HashSet<RebalanceDevice>();
        while (waiting.Count > 0)
        {
            var next = waiting.Find(device => MayGo(device, targets[device], all));
            if (next is null)
            {
                var first = waiting.Where(device => !off.Contains(device)).MinBy(device => device.Bytes)!;
                Stop(first);
                off.Add(first);
                Waited++;
                continue;
            }

            if (off.Add(next)) Stop(next);
            Settle(next, targets[next], all);
            waiting.Remove(next);
        }
    }

    /// <summary>Whether nothing that decodes lies where a device goes.</summary>
    protected virtual bool MayGo(RebalanceDevice device, PlacedBlock[] target, IReadOnlyCollection<RebalanceDevice> all) => !all.Any(other =>
        other != device && other.Function.DecodesMemory && other.Placed.Any(placed => target.Any(block => block.Range.Overlaps(placed.Range))));

    /// <summary>The driver stops the device.</summary>
    protected virtual void Quiesce(RebalanceDevice device)
    {
        device.IsRunning = false;
        log.Add(StepKind.Quiesce, device.Name, device.Type.QuiesceSeconds);
    }

    /// <summary>Mappings of peers to the device are taken away.</summary>
    protected virtual void TakePeersAway(RebalanceDevice device) => peers.DisconnectTo(device);

    /// <summary>Switches memory decode of a device.</summary>
    protected virtual void Decode(RebalanceDevice device, bool on)
    {
        pci.Cause = MapCause.Rebalance;
        var command = pci.Read(device.Function, Command, 2);
        pci.Write(device.Function, Command, 2, on ? command | CommandMemory : command & ~CommandMemory);
    }

    /// <summary>Writes the address of a BAR.</summary>
    protected virtual void WriteBar(BarRegister bar, ulong address) => _barWriter.Write(bar.AsResource(), BusRange.Of(address, bar.Bytes), MapCause.Rebalance);

    private void Stop(RebalanceDevice device)
    {
        Quiesce(device);
        TakePeersAway(device);
        Decode(device, on: false);
        // Its port lets nothing through meanwhile, so that its window may lie where another's shall be.
        if (device.Port is { } port) WriteWindow(port, null);
    }

    private void Settle(RebalanceDevice device, PlacedBlock[] target, IReadOnlyCollection<RebalanceDevice> all)
    {
        foreach (var (bar, address) in target.SelectMany(block => block.Bars).Where(bar => bar.Bar.Address != bar.Address))
        {
            WriteBar(bar, address);
            MovedBytes += bar.Bytes;
        }

        if (device.Port is { } port) WriteWindow(port, target[0].Range);
        device.Placed = [.. target];
        Decode(device, on: true);
        log.Add(StepKind.Restart, device.Name, device.Type.RestartSeconds);
        device.IsRunning = true;
        var made = peers.Made;
        peers.Connect(device, all);
        RedonePeers += peers.Made - made;
        Moved++;
    }

    private void WriteWindow(PciBridge port, BusRange? range)
    {
        pci.Cause = MapCause.Rebalance;
        _windowWriter.Write(port.PrefetchableResource(range));
    }
}
