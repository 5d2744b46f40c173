namespace Fast.PageTables.Tests.Formats;

/// <summary>The vectors runner sees what is wrong, in the format and in the vectors.</summary>
public sealed class FormatVectorsTests
{
    [Test]
    public void A_users_format_passes_its_vectors() => Assert.That(Failures(Mine.Vectors), Is.Empty);

    [TestCase("| 5ABC | leaf OA 0x12345ABC, 2^12, R-", "| 5ABC | leaf OA 0x12345ABC, 2^12, RW", "leaf OA 0x12345ABC, 2^12, R-")]
    [TestCase("| 12 | 9 | 4096 | 0 | -", "| 12 | 10 | 8192 | 0 | -", "level | mine | 0 | 12 | 10")]
    [TestCase("51:21 @21", "51:21 @20", "bit 21 is not '@20'")]
    [TestCase("20:12 !rsvd", "20:12 .", "bit 12 is not '.' but")]
    [TestCase("63:52 ., 51:12 @12, 11:2 ., 1 W, 0 -\nentry", "51:12 @12, 11:2 ., 1 W, 0 -\nentry", "High, table: bits 0xFFF0000000000000")]
    [TestCase("400000 | 21", "400000 | 12", "trying every size finds 21")]
    [TestCase("400000 | 21", "400000 | 12", "the map writes 21")]
    [TestCase("output | mine | FFFFFFFFFF", "output | mine | FFFFFFFFF", "output | mine | FFFFFFFFF")]
    [TestCase("8000000000 | no", "8000000000 | yes", "input | mine | 8000000000 | yes")]
    [TestCase("155, AA, 155", "155, AA, 154", "indices | mine")]
    public void A_wrong_row_is_named(string row, string wrong, string told)
    {
        Assert.That(Mine.Vectors.Contains(row, StringComparison.Ordinal), $"'{row}' is in the vectors");
        Assert.That(Failures(Mine.Vectors.Replace(row, wrong, StringComparison.Ordinal)), Has.Some.Contains(told));
    }

    [TestCase("layout | mine | 1 leaf", "changed facts that no row notices")]
    [TestCase("format", "KindFault")]
    [TestCase("level | mine | 1", "Mid: LeafValue ^ 1")]
    public void A_fact_that_no_row_holds_is_named(string row, string told) =>
        Assert.That(Failures(string.Join('\n', Mine.Vectors.Split('\n').Where(line => !line.StartsWith(row, StringComparison.Ordinal)))), Has.Some.Contains(told));

    [Test]
    public void A_fact_may_be_undecided_but_only_if_it_is() => Assert.That(
        Failures(Mine.Vectors + "undecided | mine | SignExtends turned | no reason\n"), Has.One.Contains("a row does notice; drop them: 1\nSignExtends turned"));

    [TestCase("entri | mine | 0", "line 16: 'entri' is no kind of row; there are usual, rights, format")]
    [TestCase("entry | mine | 0", "line 16: a row 'entry' has at least 5 cells after its kind, not 2")]
    public void A_row_that_cannot_be_read_says_where_it_stands(string row, string told) =>
        Assert.That(() => FormatVectors.For<Mine>(Mine.Vectors + row), Throws.TypeOf<FormatCheckException>().With.Message.Contains(told));

    [Test]
    public void A_file_without_the_format_and_a_format_without_facts_are_refused()
    {
        Assert.That(() => FormatVectors.For<X64L4>(Mine.Vectors), Throws.TypeOf<FormatCheckException>().With.Message.EqualTo("no row names x86-64-4l"));
        Assert.That(() => FormatVectors.For<NvidiaV3>(Mine.Vectors), Throws.TypeOf<FormatCheckException>().With.Message.Contains("decodes entries by code of its own"));
    }

    [Test]
    public void A_file_is_run_in_one_line()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, Mine.Vectors);
            FormatVectors.Run<Mine>(path);
            File.WriteAllText(path, Mine.Vectors.Replace("8000000000 | no", "8000000000 | yes", StringComparison.Ordinal));
            Assert.That(() => FormatVectors.Run<Mine>(path), Throws.TypeOf<FormatCheckException>().With.Message.StartsWith("2 of 6 checks failed\nmine: The format decodes its vectors: vectors that fail: 1\nline 7: input"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static List<string> Failures(string vectors)
    {
        var failures = new List<string>();
        foreach (var check in FormatVectors.For<Mine>(vectors))
        {
            try
            {
                check.Run();
            }
            catch (FormatCheckException failure)
            {
                failures.Add(failure.Message);
            }
        }

        return failures;
    }
}
