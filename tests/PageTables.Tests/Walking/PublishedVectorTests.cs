namespace Fast.PageTables.Tests.Walking;

/// <summary>Which published vectors there are, and which are held against nothing.</summary>
public sealed class PublishedVectorTests
{
    private static readonly VectorSuite[] Suites = [.. Declared.WithVectors.Select(format => new VectorSuite(
        Declared.Call<FormatProbe>(typeof(FormatProbe), nameof(FormatProbe.Of), format), Declared.VectorFiles[Declared.FileOf(Declared.FactsOf(format).Name)]))];

    [TestCase("x86-64", 16)]
    [TestCase("x86-pae", 8)]
    [TestCase("x86-32", 8)]
    [TestCase("ept", 16)]
    [TestCase("npt", 10)]
    [TestCase("vtd-ss", 14)]
    [TestCase("vtd-fs", 8)]
    [TestCase("amd-v1", 16)]
    [TestCase("arm-s1", 18)]
    [TestCase("arm-s2", 12)]
    [TestCase("arm-relatives", 11)]
    [TestCase("riscv", 17)]
    public void All_published_vectors_are_here(string file, int rows) =>
        Assert.That(Declared.VectorFiles[file].Select(Number).Where(number => number != 0).Distinct().Order(), Is.EqualTo(Enumerable.Range(1, rows)));

    [Test]
    public void Vectors_that_are_not_run_are_exactly_these() => Assert.That(
        Declared.VectorFiles.OrderBy(file => file.Key, StringComparer.Ordinal).SelectMany(file => file.Value.Where(row => row.Kind == "not-run").GroupBy(row => row[1])
            .Select(group => $"{file.Key} {string.Join(", ", group.Select(Number))}: {group.Key}")),
        Is.EqualTo(new[]
        {
            "arm-relatives 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11: a format that is not declared",
            "ept 15: mode-based execute control, a mode that no declaration has",
            "npt 5: a mask that is known at run time only",
            "vtd-ss 5: decodes as Linux does, not as the hardware",
            "x86-32 2: output addresses beyond 32 bits, which the declaration does not have",
        }));

    [Test]
    public void Every_other_row_names_a_declared_format_and_nothing_else()
    {
        var declared = Suites.Select(suite => suite.Probe.Facts.Name).ToHashSet();
        Assert.That(Declared.VectorFiles.SelectMany(file => file.Value.Where(row => row.Kind != "not-run" && (row.List(0).Count == 0 || !declared.IsSupersetOf(row.List(0)))).Select(row => $"{file.Key}: {row}")), Is.Empty);
    }

    [Test]
    public void Vectors_of_lesser_implementations_than_the_emitted_one_are_exactly_these()
    {
        var lesser = Suites.SelectMany(suite => suite.Entries.Where(row => Number(row) != 0 && suite.WalkFailure(row, out var run) == null && !run).Select(row => (File: Declared.FileOf(suite.Probe.Facts.Name), Number: Number(row))))
            .Distinct().GroupBy(row => row.File, row => row.Number).Select(group => $"{group.Key} {string.Join(", ", group.Order())}").Order(StringComparer.Ordinal);
        Assert.That(lesser, Is.EqualTo(new[] { "arm-s1 4", "ept 9", "riscv 15", "vtd-fs 6", "vtd-ss 7, 12, 14", "x86-32 5", "x86-64 10, 14, 16" }));
    }

    [Test]
    public void The_facts_of_a_format_are_changed_in_hundreds_of_ways() =>
        Assert.That(Suites.Select(suite => FactMutants.Of(suite.Probe.Facts).Count()), Has.All.GreaterThan(400));

    /// <summary>The number of a published row; 0 for those that were added.</summary>
    private static int Number(VectorRow row) => row.Cells[^1].Split(';')[0] is ['#', .. var number] ? int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) : 0;
}
