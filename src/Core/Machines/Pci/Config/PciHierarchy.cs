namespace Fast.Machines;

/// <summary>
/// A host bridge with everything below it. After each write that could matter, all memory BARs are looked at again: a BAR is visible where it decodes and every bridge above
/// decodes and has a window there, so one write to a bridge can make a whole subtree come or go. What changed is told, disappearances first.
/// </summary>
public sealed class PciHierarchy
{
    private readonly List<PciFunction> _rootBus;
    private readonly List<IPciObserver> _observers = [];
    private List<BarMapping> _visible = [];
    private bool _isStale;

    /// <summary>A hierarchy with these functions on the root bus.</summary>
    public PciHierarchy(params IEnumerable<PciFunction> rootBus) => _rootBus = [.. rootBus];

    /// <summary>Functions on the root bus.</summary>
    public IReadOnlyList<PciFunction> RootBus => _rootBus;

    /// <summary>All functions, each before those behind it.</summary>
    public IEnumerable<PciFunction> Functions => _rootBus.SelectMany(WithBehind);

    /// <summary>What is visible now.</summary>
    public IReadOnlyList<BarMapping> Visible
    {
        get
        {
            Refresh();
            return _visible;
        }
    }

    /// <summary>What the software that writes is at; said by it, and passed on to who counts.</summary>
    public MapCause Cause { get; set; }

    /// <summary>Config accesses so far.</summary>
    public long Reads { get; private set; }

    /// <summary>Config accesses so far.</summary>
    public long Writes { get; private set; }

    /// <summary>Tells <paramref name="observer"/> from now on.</summary>
    public void Attach(IPciObserver observer)
    {
        Refresh();
        _observers.Add(observer);
    }

    /// <summary>Reads a register.</summary>
    public uint Read(PciFunction function, int offset, int bytes)
    {
        ArgumentNullException.ThrowIfNull(function);
        Reads++;
        return function.Read(offset, bytes);
    }

    /// <summary>Writes a register.</summary>
    public void Write(PciFunction function, int offset, int bytes, uint value)
    {
        ArgumentNullException.ThrowIfNull(function);
        Writes++;
        function.Write(offset, bytes, value);
        var write = new ConfigWrite(function, offset, bytes, value);
        foreach (var observer in _observers) observer.Wrote(write);
        Look();
        foreach (var observer in _observers) observer.Settled(write);
    }

    /// <summary>The bridges above a function, from the root down.</summary>
    /// <exception cref="ArgumentException">The function is not in the hierarchy.</exception>
    public IReadOnlyList<PciBridge> BridgesAbove(PciFunction function)
    {
        var path = new List<PciBridge>();
        return Find(_rootBus, function, path) ? path : throw new ArgumentException($"{function} is not in this hierarchy", nameof(function));
    }

    /// <summary>A device is plugged in, all its registers as after reset.</summary>
    public void Plug(PciBridge bridge, PciFunction function)
    {
        ArgumentNullException.ThrowIfNull(bridge);
        bridge.Plug(function);
        Look();
    }

    /// <summary>A device, or a port with all that is behind it, is plugged into the root bus.</summary>
    public void Plug(PciFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _rootBus.Add(function);
        Look();
    }

    /// <summary>The machine is reset: every register is as after power-on, but for sizes that software chose, which the host keeps.</summary>
    public void Reset()
    {
        foreach (var function in Functions) function.Reset();
        Look();
    }

    /// <summary>A device is pulled out: what it showed goes.</summary>
    public void Unplug(PciFunction function)
    {
        var above = BridgesAbove(function);
        if (above.Count == 0) _rootBus.Remove(function);
        else above[^1].Unplug(function);
        Look();
    }

    /// <summary>What changed while nobody was there to be told.</summary>
    private void Refresh()
    {
        if (!_isStale) return;
        var now = new List<BarMapping>();
        Collect(_rootBus, [new BusRange(0, ulong.MaxValue)], now);
        (_visible, _isStale) = (now, false);
    }

    private void Look()
    {
        if (_observers.Count == 0)
        {
            _isStale = true;
            return;
        }

        var now = new List<BarMapping>();
        Collect(_rootBus, [new BusRange(0, ulong.MaxValue)], now);
        if (now.SequenceEqual(_visible)) return;
        var before = _visible;
        _visible = now;
        foreach (var gone in before.Except(now))
        {
            foreach (var observer in _observers) observer.Disappeared(gone);
        }

        foreach (var come in now.Except(before))
        {
            foreach (var observer in _observers) observer.Appeared(come);
        }
    }

    private static void Collect(IEnumerable<PciFunction> bus, IReadOnlyList<BusRange> windows, List<BarMapping> visible)
    {
        foreach (var function in bus)
        {
            foreach (var bar in function.Bars)
            {
                if (bar.Kind == BarKind.IoPorts || bar.Decoded is not { } range) continue;
                foreach (var window in windows)
                {
                    if (window.Intersect(range) is { } part) visible.Add(new BarMapping(bar, part, part.Start - range.Start));
                }
            }

            if (function is PciBridge { Behind.Count: > 0 } bridge) Collect(bridge.Behind, Merge(bridge.Forwarded, windows), visible);
        }
    }

    /// <summary>What <paramref name="inner"/> windows pass of the <paramref name="outer"/> ones; windows that touch or overlap are one.</summary>
    private static List<BusRange> Merge(IEnumerable<BusRange> inner, IReadOnlyList<BusRange> outer)
    {
        var merged = new List<BusRange>();
        foreach (var part in inner.SelectMany(window => outer.Select(other => window.Intersect(other))).OfType<BusRange>().OrderBy(part => part.Start))
        {
            if (merged.Count > 0 && part.Start <= merged[^1].Last + 1) merged[^1] = new BusRange(merged[^1].Start, Math.Max(merged[^1].Last, part.Last));
            else merged.Add(part);
        }

        return merged;
    }

    private static IEnumerable<PciFunction> WithBehind(PciFunction function) =>
        function is PciBridge bridge ? bridge.Behind.SelectMany(WithBehind).Prepend(function) : [function];

    private static bool Find(IEnumerable<PciFunction> bus, PciFunction wanted, List<PciBridge> path)
    {
        foreach (var function in bus)
        {
            if (function == wanted) return true;
            if (function is not PciBridge bridge) continue;
            path.Add(bridge);
            if (Find(bridge.Behind, wanted, path)) return true;
            path.RemoveAt(path.Count - 1);
        }

        return false;
    }
}
