namespace Fast.PageTables.Tests.Walking;

/// <summary>Every declared format against its vectors: the plain decoder, and the walk of its emitted code.</summary>
public sealed class VectorTests
{
    private static IEnumerable<TestCaseData> Suites() => VectorSuite.All.Select(suite => new TestCaseData(suite).SetArgDisplayNames(suite.Probe.ToString()));

    [TestCaseSource(nameof(Suites))]
    public void A_format_decodes_its_vectors(object suite)
    {
        var vectors = (VectorSuite)suite;
        Assert.That(string.Join("\n", vectors.Failures(vectors.Probe.Facts)), Is.Empty);
    }

    [TestCaseSource(nameof(Suites))]
    public void Emitted_code_walks_to_what_the_vectors_say(object suite)
    {
        var vectors = (VectorSuite)suite;
        Assert.That(string.Join("\n", vectors.Entries.Select(entry => vectors.WalkFailure(entry.Row, out _)).OfType<string>()), Is.Empty);
    }

    [TestCaseSource(nameof(Suites))]
    public void Every_bit_of_every_kind_of_entry_is_laid_out(object suite)
    {
        var vectors = (VectorSuite)suite;
        var levels = vectors.Probe.Facts.Levels;
        for (var level = 0; level < levels.Length; level++)
        {
            if (levels[level].CanLeaf) Assert.That(Covered(vectors, level, leaf: true), Is.EqualTo(ulong.MaxValue), $"{levels[level].Name}, leaf");
            if (levels[level].CanTable) Assert.That(Covered(vectors, level, leaf: false), Is.EqualTo(ulong.MaxValue), $"{levels[level].Name}, table");
        }
    }

    [TestCaseSource(nameof(Suites))]
    public void Every_changed_fact_makes_a_vector_fail(object suite)
    {
        var vectors = (VectorSuite)suite;
        var mutants = FactMutants.Of(vectors.Probe.Facts).ToList();
        Assert.That(mutants, Has.Count.GreaterThan(500));
        var survivors = mutants.Where(mutant => !vectors.Failures(mutant.Facts).Any()).Select(mutant => mutant.Name).Except(Undecided);
        Assert.That(string.Join("\n", survivors), Is.Empty);
    }

    /// <summary>What no vector can decide, and why.</summary>
    private static readonly string[] Undecided =
    [
    ];

    private static ulong Covered(VectorSuite suite, int level, bool leaf) => suite.Layouts
        .Where(row => LayoutVectors.Place(row) == (level, leaf) && row.Settings.Count == 0)
        .Aggregate(0UL, (mask, row) => mask | LayoutVectors.Covered(row));
}
