namespace Fast.Machines;

/// <summary>A BAR came or went, and the write that did it.</summary>
/// <param name="IsMap">Came into sight.</param>
/// <param name="Mapping">What.</param>
/// <param name="Write">The write.</param>
/// <param name="Phase">What the guest was at.</param>
public readonly record struct MapEvent(bool IsMap, BarMapping Mapping, ConfigWrite Write, string Phase);

/// <summary>Writes down each config write and what came and went because of it.</summary>
public sealed class MapEventRecorder : IPciObserver
{
    private readonly List<ConfigWrite> _writes = [];
    private readonly List<MapEvent> _events = [];

    /// <summary>What the guest is at; set by whoever drives it.</summary>
    public string Phase { get; set; } = "";

    /// <summary>All writes.</summary>
    public IReadOnlyList<ConfigWrite> Writes => _writes;

    /// <summary>All events.</summary>
    public IReadOnlyList<MapEvent> Events => _events;

    /// <summary>How often a BAR came into sight.</summary>
    public int MapsOf(BarRegister bar) => _events.Count(each => each.IsMap && each.Mapping.Bar == bar);

    /// <summary>How often a BAR came into sight in a phase.</summary>
    public int MapsOf(BarRegister bar, string phase) => _events.Count(each => each.IsMap && each.Mapping.Bar == bar && each.Phase == phase);

    /// <summary>How often a BAR went out of sight.</summary>
    public int UnmapsOf(BarRegister bar) => _events.Count(each => !each.IsMap && each.Mapping.Bar == bar);

    /// <inheritdoc/>
    public void Wrote(in ConfigWrite write) => _writes.Add(write);

    /// <inheritdoc/>
    public void Disappeared(in BarMapping mapping) => _events.Add(new MapEvent(false, mapping, LastWrite, Phase));

    /// <inheritdoc/>
    public void Appeared(in BarMapping mapping) => _events.Add(new MapEvent(true, mapping, LastWrite, Phase));

    private ConfigWrite LastWrite => _writes.Count > 0 ? _writes[^1] : default;
}
