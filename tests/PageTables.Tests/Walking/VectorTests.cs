namespace Fast.PageTables.Tests.Walking;

public sealed class VectorTests
{
    private static IEnumerable<TestCaseData> Rows() =>
        Suites().SelectMany(suite => suite.Suite.Entries.Concat(suite.Suite.Others)
            .Where(row => suite.Suite.Others.Contains(row) || VectorSuite.NotRun(row, suite.Facts) == null)
            .Select(row => new TestCaseData(suite.Suite, row, suite.Facts).SetArgDisplayNames(row.ToString())));

    private static IEnumerable<(VectorSuite Suite, FormatFacts Facts)> Suites() => [(VectorSuite.X64L4, X64L4.Facts), (VectorSuite.VtdSs4, VtdSs4.Facts)];

    [TestCaseSource(nameof(Rows))]
    public void A_format_decodes_its_vectors(object suite, object row, FormatFacts facts)
    {
        var (vectors, vector) = ((VectorSuite)suite, (VectorRow)row);
        Assert.That(vectors.Others.Contains(vector) ? vectors.OtherFailure(vector, facts) : vectors.EntryFailure(vector, facts), Is.Null);
    }

    [Test]
    public void Vectors_that_are_not_run_are_exactly_these() => Assert.That(
        Suites().SelectMany(suite => suite.Suite.Entries
            .Select(row => (Row: row, Reason: VectorSuite.NotRun(row, suite.Facts)))
            .Where(row => row.Reason != null)
            .Select(row => $"{row.Row.File} {row.Row[0]}: {row.Reason}")),
        Is.EqualTo(new[]
        {
            "x86-64 12: a level of a format that is not built",
            "vtd-ss 5: decodes as Linux does, not as the hardware",
        }));

    [Test]
    public void All_published_vectors_are_here()
    {
        Assert.That(VectorFile.Read("x86-64"), Has.Count.EqualTo(16));
        Assert.That(VectorFile.Read("vtd-ss"), Has.Count.EqualTo(14));
    }

    [Test]
    public void Every_changed_fact_makes_a_vector_fail()
    {
        var survivors = Suites()
            .SelectMany(suite => FactMutants.Of(suite.Facts).Where(mutant => !suite.Suite.Failures(mutant.Facts).Any()).Select(mutant => $"{suite.Facts.Name} {mutant.Name}"))
            .Except(Undecided);
        Assert.That(string.Join("\n", survivors), Is.Empty);
    }

    /// <summary>
    /// Bit 62 (TM) of an entry that points to a table: models of the hardware reserve it, the declaration ignores it, and no vector says.
    /// </summary>
    private static readonly string[] Undecided =
    [
        "vtd-ss-4l SsPde: ReservedInTable ^ 4000000000000000",
        "vtd-ss-4l SsPdpe: ReservedInTable ^ 4000000000000000",
        "vtd-ss-4l SsPml4e: ReservedInTable ^ 4000000000000000",
    ];

    [Test]
    public void Each_format_has_mutants_of_every_kind()
    {
        foreach (var (_, facts) in Suites()) Assert.That(FactMutants.Of(facts).Count(), Is.GreaterThan(500), facts.Name);
    }
}
