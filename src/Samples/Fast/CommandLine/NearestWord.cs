namespace Fast.Tool.CommandLine;

/// <summary>Finds what somebody probably meant.</summary>
internal static class NearestWord
{
    /// <summary>The candidate that is at most a third of its letters away, or <see langword="null"/>.</summary>
    public static string? Find(string written, IEnumerable<string> candidates)
    {
        string? nearest = null;
        var best = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var distance = Distance(written.ToLowerInvariant(), candidate);
            if (distance >= best || distance > Math.Max(1, candidate.Trim('-').Length / 3)) continue;
            (nearest, best) = (candidate, distance);
        }

        return nearest;
    }

    /// <summary><c>; did you mean '…'?</c>, or nothing.</summary>
    public static string Hint(string written, IEnumerable<string> candidates) =>
        Find(written, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    // Edits, where two neighbours that changed places count as one.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                var edits = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) edits = Math.Min(edits, rows[i - 2, j - 2] + 1);
                rows[i, j] = edits;
            }
        }

        return rows[a.Length, b.Length];
    }
}
