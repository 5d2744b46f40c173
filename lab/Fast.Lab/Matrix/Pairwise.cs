namespace Fast.Lab;

/// <summary>Few combinations in which every two values of two dimensions occur together, if they can.</summary>
internal static class Pairwise
{
    /// <summary>Every combination, the last dimension fastest.</summary>
    public static IEnumerable<int[]> All(IReadOnlyList<int> counts)
    {
        var at = new int[counts.Count];
        if (counts.Any(count => count == 0)) yield break;
        while (true)
        {
            yield return [.. at];
            var dimension = counts.Count - 1;
            while (dimension >= 0 && ++at[dimension] == counts[dimension]) at[dimension--] = 0;
            if (dimension < 0) yield break;
        }
    }

    /// <summary>
    /// A cover of all pairs: each step takes the combination that brings most pairs that were not there yet, the first of equals, so the same dimensions give the same rows.
    /// </summary>
    /// <param name="counts">How many values each dimension has.</param>
    /// <param name="isPossible">Whether a combination can be; pairs that occur in no possible one are not wanted.</param>
    public static IReadOnlyList<int[]> Cover(IReadOnlyList<int> counts, Func<int[], bool> isPossible)
    {
        var candidates = All(counts).Where(isPossible).ToList();
        var numbers = new Dictionary<(int, int, int, int), int>();
        var pairs = candidates.ConvertAll(candidate => PairsOf(candidate).Select(pair => numbers.TryGetValue(pair, out var number) ? number : numbers[pair] = numbers.Count).ToArray());
        var wanted = new bool[numbers.Count];
        Array.Fill(wanted, true);
        var rows = new List<int[]>();
        for (var left = wanted.Length; left > 0;)
        {
            var (best, most) = (0, 0);
            for (var candidate = 0; candidate < pairs.Count; candidate++)
            {
                var brings = 0;
                foreach (var pair in pairs[candidate]) brings += wanted[pair] ? 1 : 0;
                if (brings > most) (best, most) = (candidate, brings);
            }

            rows.Add(candidates[best]);
            foreach (var pair in pairs[best]) wanted[pair] = false;
            left -= most;
        }

        return rows;
    }

    private static IEnumerable<(int First, int Value, int Second, int Other)> PairsOf(int[] row)
    {
        for (var first = 0; first < row.Length; first++)
        {
            for (var second = first + 1; second < row.Length; second++) yield return (first, row[first], second, row[second]);
        }
    }
}
