namespace Fast.PageTables.Tests.Walking;

/// <summary>Which published vectors there are, and which are held against nothing.</summary>
public sealed class PublishedVectorTests
{
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
    public void All_published_vectors_are_here(string file, int rows) => Assert.That(VectorFile.Read(file), Has.Count.EqualTo(rows));

    [Test]
    public void Vectors_that_are_not_run_are_exactly_these() => Assert.That(
        VectorSource.All.SelectMany(source => VectorFile.Read(source.File)
            .Select(row => (Row: row, Reason: source.NotRun(row)))
            .Where(row => row.Reason != null)
            .GroupBy(row => row.Reason)
            .Select(group => $"{source.File} {string.Join(", ", group.Select(row => row.Row[0]))}: {group.Key}")),
        Is.EqualTo(new[]
        {
            "x86-32 2: output addresses beyond 32 bits, which the declaration does not have",
            "ept 15: mode-based execute control, a mode that no declaration has",
            "npt 5: a mask that is known at run time only",
            "vtd-ss 5: decodes as Linux does, not as the hardware",
            "arm-relatives 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11: a format that is not declared",
        }));

    [Test]
    public void Every_other_vector_is_held_against_a_format()
    {
        var held = VectorSuite.All.SelectMany(suite => suite.Entries.Select(entry => (entry.Row.File, entry.Row[0]))).ToHashSet();
        var rows = VectorSource.All.SelectMany(source => VectorFile.Read(source.File).Where(row => source.NotRun(row) == null)).Select(row => (row.File, row[0]));
        Assert.That(rows.Where(row => !held.Contains(row)), Is.Empty);
    }

    [Test]
    public void Vectors_of_lesser_implementations_than_the_emitted_one_are_exactly_these()
    {
        var lesser = VectorSuite.All.SelectMany(suite => suite.Entries.Where(entry => suite.WalkFailure(entry.Row, out var run) == null && !run))
            .Select(entry => entry.Row)
            .Where(row => !row.File.EndsWith("-added", StringComparison.Ordinal))
            .DistinctBy(row => (row.File, row[0]))
            .GroupBy(row => row.File)
            .Select(group => $"{group.Key} {string.Join(", ", group.Select(row => row[0]))}")
            .Order(StringComparer.Ordinal);
        Assert.That(string.Join("\n", lesser), Is.EqualTo(string.Join("\n",
        [
            "arm-s1 4", "ept 9", "riscv 15", "vtd-fs 6", "vtd-ss 7, 12, 14", "x86-32 5", "x86-64 10, 14, 16",
        ])));
    }
}
