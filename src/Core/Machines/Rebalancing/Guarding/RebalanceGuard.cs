namespace Fast.Machines;

/// <summary>Looks after each config write whether every <see cref="GuardRule"/> holds. It reads registers and what is visible; what a mover believes is not asked.</summary>
internal sealed class RebalanceGuard : IPciObserver
{
    private readonly PciHierarchy _pci;
    private readonly PeerMappings _peers;
    private readonly Func<PciFunction, RebalanceDevice?> _deviceOf;
    private readonly List<GuardViolation> _violations = [];
    private readonly Dictionary<BarRegister, ulong> _addresses = [];
    private readonly Dictionary<BarRegister, BusRange> _fixed = [];
    private IReadOnlyList<BarMapping>? _looked;
    private Dictionary<BarRegister, BusRange> _visible = [];
    private bool _boots;

    /// <summary>Guards <paramref name="pci"/> from now on.</summary>
    public RebalanceGuard(PciHierarchy pci, PeerMappings peers, Func<PciFunction, RebalanceDevice?> deviceOf)
    {
        (_pci, _peers, _deviceOf) = (pci, peers, deviceOf);
        pci.Attach(this);
    }

    /// <summary>Config writes that were looked at.</summary>
    public long Writes { get; private set; }

    /// <summary>What did not hold.</summary>
    public IReadOnlyList<GuardViolation> Violations => _violations;

    /// <summary>The guest goes down: drivers are gone, and the firmware may place everything anew.</summary>
    public void BeginBoot()
    {
        _boots = true;
        _fixed.Clear();
    }

    /// <summary>It is up: what must stay is where it is now.</summary>
    public void EndBoot(IEnumerable<RebalanceDevice> devices)
    {
        _boots = false;
        foreach (var device in devices) Fix(device);
    }

    /// <summary>A device has its place; one that must not be moved stays there from now on.</summary>
    public void Fix(RebalanceDevice device)
    {
        if (device.Type.Immovable is null) return;
        foreach (var bar in device.Function.Bars)
        {
            if (bar.Decoded is { } range) _fixed[bar] = range;
        }
    }

    /// <summary>A device is about to be pulled out by hand: nothing keeps that from happening.</summary>
    public void Release(RebalanceDevice device)
    {
        foreach (var bar in device.Function.Bars) _fixed.Remove(bar);
    }

    /// <inheritdoc/>
    public void Wrote(in ConfigWrite write)
    {
        Writes++;
        foreach (var bar in write.Function.Bars)
        {
            if (bar.Kind != BarKind.Memory64 || write.Offset < bar.Offset || write.Offset >= bar.Offset + 8) continue;
            var (before, now) = (_addresses.GetValueOrDefault(bar), bar.Address);
            _addresses[bar] = now;
            if (!write.Function.DecodesMemory) continue;
            if (now != before) Note(GuardRule.NoHalfWrittenBar, write, $"{bar} went from 0x{before:x} to 0x{now:x} while it decodes");
            else if (write.Function.IgnoresBarWritesWhileDecoding && IsLost(bar, write)) Note(GuardRule.NoHalfWrittenBar, write, $"{bar} decodes, so the write was lost");
        }
    }

    /// <inheritdoc/>
    public void Disappeared(in BarMapping mapping)
    {
    }

    /// <inheritdoc/>
    public void Appeared(in BarMapping mapping)
    {
    }

    /// <inheritdoc/>
    public void Settled(in ConfigWrite write)
    {
        if (!ReferenceEquals(_looked, _pci.Visible))
        {
            _looked = _pci.Visible;
            _visible = new Dictionary<BarRegister, BusRange>(_looked.Count);
            foreach (var mapping in _looked) _visible[mapping.Bar] = mapping.Range;
            Apart(_looked.Select(mapping => (mapping.Range, mapping.Bar.ToString())), write);
        }

        if (write.Function.IsBridge) Apart(_pci.RootBus.OfType<PciBridge>().Where(port => port.DecodesMemory && port.PrefetchableWindow is { Start: not 0 }).Select(port => (port.PrefetchableWindow!.Value, $"window of {port}")), write);
        if (_boots) return;
        if (write.Offset == ConfigRegister.Command && !write.Function.DecodesMemory && _deviceOf(write.Function) is { IsRunning: true } cut)
            Note(GuardRule.NoRunningDriverCut, write, $"{cut} is off and its driver runs");
        foreach (var (bar, range) in _fixed)
        {
            if (!Shows(bar, range)) Note(GuardRule.NoImmovableMoved, write, $"{bar} must stay at {range} and {Where(bar)}");
        }

        foreach (var mapping in _peers.Live)
        {
            if (!Shows(mapping.Bar, mapping.Range)) Note(GuardRule.NoStalePeer, write, $"{mapping.From} reaches {mapping.Bar} at {mapping.Range}, and it {Where(mapping.Bar)}");
        }
    }

    private bool Shows(BarRegister bar, BusRange range) => _visible.TryGetValue(bar, out var visible) && visible == range;

    private string Where(BarRegister bar) => _visible.TryGetValue(bar, out var visible) ? $"is at {visible}" : "is nowhere";

    private void Apart(IEnumerable<(BusRange Range, string Name)> ranges, in ConfigWrite write)
    {
        var (last, before) = (default(BusRange?), "");
        foreach (var (range, name) in ranges.OrderBy(each => each.Range.Start))
        {
            if (last is { } lower && lower.Overlaps(range)) Note(GuardRule.NoOverlap, write, $"{before} at {lower} and {name} at {range}");
            if (last is null || range.Last > last.Value.Last) (last, before) = (range, name);
        }
    }

    private static bool IsLost(BarRegister bar, in ConfigWrite write)
    {
        var half = write.Offset == bar.Offset ? (uint)bar.Address : (uint)(bar.Address >> 32);
        return (write.Value & ~0xFu) != (half & ~0xFu);
    }

    private void Note(GuardRule rule, in ConfigWrite write, string what) => _violations.Add(new GuardViolation(rule, Writes, write.ToString(), what));
}
