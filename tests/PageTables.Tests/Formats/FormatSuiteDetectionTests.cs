namespace Fast.PageTables.Tests.Formats;

/// <summary>The suite finds emitted code that is wrong, and says so in a few lines.</summary>
public sealed class FormatSuiteDetectionTests
{
    [Test]
    public void Code_that_is_right_passes() => Assert.That(Failed<Truth>(), Is.Empty);

    [Test]
    public void A_wrong_walk_is_found() => Assert.That(Failed<WalkSaysWritable>(), Does.ContainKey("Walk tells what the reference walker tells")
        .And.ContainKey("Random bytes end every walk").And.ContainKey("Every leaf of every size is written by the book and read back"));

    [Test]
    public void A_map_that_forgets_is_found_and_shown_by_the_shortest_script()
    {
        var failed = Failed<MapForgetsTheEnd>();
        Assert.That(failed, Does.ContainKey("The first leaf of a range is the best of all that fit").And.ContainKey("Changes do what a dictionary of leaves does"));
        var lines = failed["A table does what a dictionary of leaves does"].Split('\n');
        Assert.That(lines[0], Does.StartWith("x86-64-4l: A table does what a dictionary of leaves does: map 0x"));
        Assert.That(lines[1], Is.EqualTo("the shortest script that fails:"));
        Assert.That(lines[2..], Has.Length.EqualTo(1), "one map shows it");
        Assert.That(lines[2], Does.StartWith("  map 0x"));
    }

    [Test]
    public void Leaves_that_are_too_small_are_found() => Assert.That(Failed<MapWritesSmallLeaves>(), Does.ContainKey("The first leaf of a range is the best of all that fit"));

    [Test]
    public void A_wrong_encoding_is_found() => Assert.That(Failed<LeafIsOneOff>().Keys, Is.EqualTo(new[] { "A leaf of every size reads back and is what a walk reads", "What the format cannot say is refused" })
        .Or.EqualTo(new[] { "A leaf of every size reads back and is what a walk reads" }));

    [Test]
    public void A_format_gets_the_checks_of_the_operations_that_it_has()
    {
        Assert.That(FormatSuite.For<TestRead>().Select(check => check.Name), Has.All.Not.Contains("dictionary").And.All.Not.Contains("run"));
        Assert.That(FormatSuite.For<TestRead>(), Has.Count.EqualTo(6));
        Assert.That(FormatSuite.For<TestFlat>(), Has.Count.GreaterThan(FormatSuite.For<TestRead>().Count));
        Assert.That(FormatSuite.For<Mine>(), Has.Count.GreaterThan(FormatSuite.For<TestFlat>().Count));
        Assert.That(FormatSuite.For<NvidiaV3>(), Has.Count.EqualTo(2));
    }

    [Test]
    public void All_that_is_wrong_is_told_at_once() => Assert.That(
        FormatSuite.Run<Lying<MapWritesSmallLeaves>>, Throws.TypeOf<FormatCheckException>().With.Message.Match("^[0-9]+ of [0-9]+ checks failed\n"));

    [Test]
    public void Every_operation_is_measured_beside_the_plain_way()
    {
        var times = FormatBenchmarks.Run<Mine>(rounds: 1);
        Assert.That(times.Select(time => time.Operation), Is.SupersetOf(new[] { "walk, pages in disorder", "read runs, Scalar", "translate a batch in disorder", "map and unmap a range" }));
        Assert.That(times.Select(time => time.Ratio), Has.All.GreaterThan(0).And.All.Not.NaN);
        Assert.That(FormatBenchmarks.Run<TestRead>(rounds: 1), Has.Count.EqualTo(3));
        using var text = new StringWriter();
        FormatBenchmarks.Print<Mine>(text, rounds: 1);
        Assert.That(text.ToString().TrimEnd().Split('\n'), Has.Length.EqualTo(times.Count + 1));
    }

    private static Dictionary<string, string> Failed<TLie>()
        where TLie : struct, ILie
    {
        var failed = new Dictionary<string, string>();
        foreach (var check in FormatSuite.For<Lying<TLie>>())
        {
            try
            {
                check.Run();
            }
            catch (FormatCheckException failure)
            {
                failed.Add(check.Name, failure.Message);
            }
        }

        return failed;
    }
}
