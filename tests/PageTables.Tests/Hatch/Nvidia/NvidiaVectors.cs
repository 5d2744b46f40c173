namespace Fast.PageTables.Tests.Hatch.Nvidia;

/// <summary>Holds a version to its vectors: each entry is put in its place in complete tables and walked to.</summary>
internal static class NvidiaVectors
{
    /// <summary>What is wrong about a row, or <see langword="null"/>.</summary>
    public static string? Failure(NvidiaSubject subject, VectorRow row)
    {
        // An entry of "any level above" is tried at each of them.
        var levels = row[1] switch
        {
            "pte" or "big" => [0],
            "pd0" => [1],
            "pd1" => [2],
            "pd" => Enumerable.Range(2, subject.Top - 1),
            _ => throw new FormatException(row.ToString()),
        };
        return levels.Select(level => Failure(subject, row, level)).FirstOrDefault(failure => failure != null) is { } wrong ? $"{row}: {wrong}" : null;
    }

    private static string? Failure(NvidiaSubject subject, VectorRow row, int level)
    {
        var (raw, input) = (VectorRow.Word(row[2]), VectorRow.Word(row[3]));
        var tables = new NvidiaTables(subject, input);
        if (level == 0) tables.WithPair().With(row[1] == "big" ? raw : 0, row[1] == "big" ? subject.Pte(0x7000) : raw);
        else if (level == 1) tables.Pair = (raw, row.Setting("hi"));
        else tables.Image[tables.Slot(level)] = raw;
        var walk = tables.Walk();
        if (tables.WrongByTwin() is { } wrong) return wrong;
        var found = row[4].StartsWith("table", StringComparison.Ordinal) ? Pointer(tables, level, raw, row.Setting("hi")) : Normalised(walk.Text);
        return found != row[4] ? found : walk.Level == level || row[4].StartsWith("table", StringComparison.Ordinal) ? null : $"ended at level {walk.Level}";
    }

    private static string Normalised(string outcome) => outcome switch
    {
        "Sparse" => "fault: sparse",
        "NoSmallPages" => "fault: no4k",
        "NotPresent" => "not present",
        _ => outcome,
    };

    /// <summary>A pointer in the vectors' words, once the walk has shown that it goes to exactly that address.</summary>
    private static string Pointer(NvidiaTables tables, int level, ulong raw, ulong high)
    {
        var subject = tables.Subject;
        if (subject.TableOf(level, 0, raw) is not { } first) return "no pointer";
        var bytes = level == 1 ? 256 : 8 * (level == 2 ? 2 : 1) << subject.Level(level - 1).Bits;
        if (!GoesTo(tables, level, raw, first.Address.Value, bytes)) return $"the walk does not go to {first.Address}";
        if (level != 1) return $"table 0x{first.Address.Value:X} ({NvidiaSubject.Describe(first)})";
        if (subject.TableOf(1, 1, high) is not { } second) return "no second pointer";
        if (!GoesTo(tables, level, high, second.Address.Value, 4096)) return $"the walk does not go to {second.Address}";
        var words = NvidiaSubject.Describe(first).Split(' ', 2);
        return $"table 0x{first.Address.Value:X} (big {words[0]}, small 0x{second.Address.Value:X} {NvidiaSubject.Describe(second).Split(' ')[0]})";
    }

    private static bool GoesTo(NvidiaTables tables, int level, ulong entry, ulong address, int bytes)
    {
        var before = tables.Walk();
        tables.Image.Add(address, bytes);
        var after = tables.Walk();
        return before == new NvidiaOutcome("NotBacked", level, entry) && after != before;
    }
}
