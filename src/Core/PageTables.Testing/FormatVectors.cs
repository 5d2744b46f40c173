namespace Fast.PageTables.Testing;

/// <summary>
/// Holds a format to a vectors file that was written from its manual: geometry, what each bit of each kind of entry is, single entries, sizes. And holds the file to the
/// format: every declared fact is changed in turn, and a change that no row notices fails. The rows are described in docs/adding-a-format.md.
/// </summary>
public static class FormatVectors
{
    /// <summary>Runs all checks of a vectors file and tells everything that is wrong.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatCheckException">The checks that failed, and why.</exception>
    public static void Run<TFormat>(string path)
        where TFormat : struct, IWalkFormat => FormatSuite.RunAll(For<TFormat>(File.ReadAllText(path)));

    /// <summary>The checks of a vectors file.</summary>
    /// <param name="text">What stands in the file; only rows that name the format count.</param>
    /// <exception cref="FormatCheckException">The text is no vectors file, names the format nowhere, or the format decodes entries by code of its own.</exception>
    public static IReadOnlyList<FormatCheck> For<TFormat>(string text)
        where TFormat : struct, IWalkFormat
    {
        var facts = TFormat.Facts;
        if (facts.IsHatched) throw new FormatCheckException($"{facts.Name} decodes entries by code of its own: vectors about facts cannot be held against it");
        var suite = new VectorSuite(FormatProbe.Of<TFormat>(), VectorFile.Parse(text));
        FormatCheck Check(string name, Action test) => new(facts.Name, name, test);
        return
        [
            Check("The format decodes its vectors", () => Expect.None([.. suite.Failures(facts)], "vectors that fail")),
            Check("Emitted code walks to what the vectors say", () => Expect.None([.. suite.Entries.Select(row => suite.WalkFailure(row, out _)).OfType<string>()], "vectors that fail")),
            Check("Emitted code sees every bit as the plain walker does", () => Expect.None([.. suite.Layouts.SelectMany(suite.LayoutWalkFailures)], "entries that are seen otherwise")),
            Check("Every bit of every kind of entry is laid out", () => Expect.None([.. Uncovered(suite)], "kinds of entry with bits that no row 'layout' names")),
            Check("The largest leaf is the one that the vectors name", () => Expect.None([.. suite.BestSizes.SelectMany(suite.BestSizeFailures)], "vectors that fail")),
            Check("Every changed fact makes a vector fail", () => Undetected(suite)),
        ];
    }

    private static IEnumerable<string> Uncovered(VectorSuite suite)
    {
        var levels = suite.Probe.Facts.Levels;
        for (var level = 0; level < levels.Length; level++)
        {
            foreach (var (leaf, can) in new[] { (true, levels[level].CanLeaf), (false, levels[level].CanTable) })
                if (can && suite.Uncovered(level, leaf) is not 0 and var missing) yield return $"{levels[level].Name}, {(leaf ? "leaf" : "table")}: bits 0x{missing:X}";
        }
    }

    private static void Undetected(VectorSuite suite)
    {
        Expect.None([.. suite.Failures(suite.Probe.Facts).Take(1)], "a vector fails already, so nothing can be said of changed facts");
        var survivors = FactMutants.Of(suite.Probe.Facts).Where(mutant => !suite.Failures(mutant.Facts).Any()).Select(mutant => mutant.Name).Distinct().ToList();
        Expect.None([.. survivors.Except(suite.Undecided)], "changed facts that no row notices; add a row that does, or a row 'undecided' with the reason why none can");
        Expect.None([.. suite.Undecided.Except(survivors)], "rows 'undecided' about facts that a row does notice; drop them");
    }
}
