namespace Fast.PageTables;

/// <summary>The boundary's checks of ranges, once per call.</summary>
internal static class RangeChecks
{
    /// <summary>What is wrong with <paramref name="range"/> for a change, or <see langword="null"/>.</summary>
    public static MapStatus? Problem(FormatFacts facts, IovaRange range)
    {
        if (!range.IsAlignedTo(new PageSize(facts.Levels[0].Shift))) return MapStatus.Misaligned;
        // With sign extension the valid addresses are two stretches; a range from one to the other would cross the hole between them.
        var oneStretch = !facts.SignExtends || (long)(range.Start.Value ^ range.Last.Value) >= 0;
        return facts.IsInputValid(range.Start) && facts.IsInputValid(range.Last) && oneStretch ? null : MapStatus.BadInput;
    }

    /// <summary>Throws if <see cref="Problem"/> finds one.</summary>
    public static void Require(FormatFacts facts, IovaRange range, string parameter)
    {
        if (Problem(facts, range) is not { } problem) return;
        throw new ArgumentException(
            problem == MapStatus.Misaligned
                ? $"range {range} not aligned to {new PageSize(facts.Levels[0].Shift)}"
                : $"range {range} holds addresses that {facts.Name} does not translate",
            parameter);
    }

    /// <summary>Whether <paramref name="pages"/> frames from <paramref name="first"/> on lie within the format's output width.</summary>
    public static bool FitsOutput(FormatFacts facts, Pfn first, ulong pages)
    {
        var frames = 1UL << (facts.OutputBits - Pfn.Shift);
        return first.Value < frames && pages <= frames - first.Value;
    }
}
