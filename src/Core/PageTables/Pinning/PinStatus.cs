namespace Fast.PageTables;

/// <summary>How a pin ended.</summary>
public enum PinStatus
{
    /// <summary>The whole range stands in the destination.</summary>
    Done,

    /// <summary>The source has no translation there.</summary>
    Hole,

    /// <summary>The source does not allow what is asked for.</summary>
    NotPermitted,

    /// <summary>The destination refused: see <see cref="PinReport.Map"/>.</summary>
    MapFailed,
}
