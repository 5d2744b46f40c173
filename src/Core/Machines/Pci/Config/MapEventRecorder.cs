namespace Fast.Machines;

/// <summary>A BAR came or went, and the write that did it.</summary>
/// <param name="IsMap">Came into sight.</param>
/// <param name="Mapping">What.</param>
/// <param name="Write">The write.</param>
/// <param name="Cause">What the software was at.</param>
/// <param name="IsCold">A map whose function had its own decode off since the last one: vfio-pci dropped the CPU's translations then.</param>
public readonly record struct MapEvent(bool IsMap, BarMapping Mapping, ConfigWrite Write, MapCause Cause, bool IsCold);

/// <summary>Writes down each config write and what came and went because of it.</summary>
public sealed class MapEventRecorder : IPciObserver
{
    private readonly PciHierarchy _pci;
    private readonly List<ConfigWrite> _writes = [];
    private readonly List<MapEvent> _events = [];
    private readonly HashSet<BarRegister> _warm = [];

    /// <summary>Records <paramref name="pci"/> from now on.</summary>
    public MapEventRecorder(PciHierarchy pci)
    {
        ArgumentNullException.ThrowIfNull(pci);
        _pci = pci;
        pci.Attach(this);
    }

    /// <summary>All writes.</summary>
    public IReadOnlyList<ConfigWrite> Writes => _writes;

    /// <summary>All events.</summary>
    public IReadOnlyList<MapEvent> Events => _events;

    /// <summary>How often a BAR came into sight.</summary>
    public int MapsOf(BarRegister bar) => _events.Count(each => each.IsMap && each.Mapping.Bar == bar);

    /// <summary>How often a BAR came into sight because of one thing.</summary>
    public int MapsOf(BarRegister bar, MapCause cause) => _events.Count(each => each.IsMap && each.Mapping.Bar == bar && each.Cause == cause);

    /// <summary>How often it came into sight with nothing left of it in the CPU's table.</summary>
    public int ColdMapsOf(BarRegister bar) => _events.Count(each => each.IsCold && each.Mapping.Bar == bar);

    /// <summary>How often a BAR went out of sight.</summary>
    public int UnmapsOf(BarRegister bar) => _events.Count(each => !each.IsMap && each.Mapping.Bar == bar);

    /// <inheritdoc/>
    public void Wrote(in ConfigWrite write)
    {
        _writes.Add(write);
        var function = write.Function;
        if (write.Offset == ConfigRegister.Command && !function.DecodesMemory) _warm.RemoveWhere(bar => bar.Function == function);
    }

    /// <inheritdoc/>
    public void Disappeared(in BarMapping mapping) => _events.Add(new MapEvent(false, mapping, LastWrite, _pci.Cause, false));

    /// <inheritdoc/>
    public void Appeared(in BarMapping mapping) => _events.Add(new MapEvent(true, mapping, LastWrite, _pci.Cause, _warm.Add(mapping.Bar)));

    private ConfigWrite LastWrite => _writes.Count > 0 ? _writes[^1] : default;
}
