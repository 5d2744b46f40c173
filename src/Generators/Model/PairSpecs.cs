namespace Fast.Generators.Model;

/// <summary>A struct that asks for code for two formats.</summary>
internal interface IPairSpec
{
    /// <summary>The struct.</summary>
    HierarchySpec Type { get; }

    /// <summary>Names of those of the two that its own assembly declares.</summary>
    EquatableArray<string> Here { get; }
}

/// <summary>A pair of formats for which a pin loop is asked.</summary>
internal sealed record PinSpec(HierarchySpec Type, FormatSpec Source, FormatSpec Destination, EquatableArray<string> Here) : IPairSpec;

/// <summary>A pair of formats for which a two-stage walk is asked.</summary>
internal sealed record TwoStageSpec(HierarchySpec Type, FormatSpec First, FormatSpec Second, EquatableArray<string> Here) : IPairSpec
{
    /// <summary>Whether a table of stage 1 may reach over the end of a page of stage 2, and so lie scattered.</summary>
    public bool MayScatter => First.Levels.Any(level => ItemBytes(level) << level.Bits > 1L << Math.Min(Second.Granule, First.Segments[0].AddressLo));

    /// <summary>Whether the item at which stage 1 ended cannot be told from the last table alone: it may lie scattered, or be one of the two of a dual entry.</summary>
    public bool EndsAreLookedUp => MayScatter || First.Hatch?.Big != null;

    /// <summary>Bytes from one item of a stage-1 table to the next: a dual entry takes two words.</summary>
    public int ItemBytes(LevelSpec level) => First.EntryBytes * (First.Hatch?.Big != null && level.Level == 1 ? 2 : 1);
}
