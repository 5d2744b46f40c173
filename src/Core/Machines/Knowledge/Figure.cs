namespace Fast.Machines;

/// <summary>Where a figure comes from, in kind.</summary>
public enum Evidence
{
    /// <summary>Counted or timed.</summary>
    Measured,

    /// <summary>Computed from something that was counted or timed.</summary>
    Derived,

    /// <summary>A judgement.</summary>
    Assumed,
}

/// <summary>A number with its origin.</summary>
/// <param name="Value">The number; the field says its unit.</param>
/// <param name="Confidence">Kind of origin.</param>
/// <param name="Source">Id of the source, one of <see cref="Knowledge.Sources"/>.</param>
public sealed record Figure(double Value, Evidence Confidence, string Source);

/// <summary>One figure for each size of leaf that x86-64 has.</summary>
/// <param name="Small">4 KiB.</param>
/// <param name="Middle">2 MiB.</param>
/// <param name="Large">1 GiB.</param>
public sealed record LeafFigures(Figure Small, Figure Middle, Figure Large)
{
    /// <summary>The figure for leaves of <paramref name="level"/>: 0 is 4 KiB.</summary>
    public Figure this[int level] => level switch
    {
        0 => Small,
        1 => Middle,
        2 => Large,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "leaves have level 0, 1 or 2"),
    };
}
