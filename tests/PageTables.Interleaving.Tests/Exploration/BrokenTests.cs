namespace Fast.PageTables.Interleaving.Tests.Exploration;

/// <summary>What is broken on purpose is noticed: so the exploration can fail.</summary>
[NonParallelizable]
public sealed class BrokenTests
{
    private Interleaver _interleaver = null!;

    [SetUp]
    public void Begin() => _interleaver = new Interleaver(actors: 2);

    [TearDown]
    public void End() => _interleaver.Dispose();

    [Test]
    public void A_reader_that_does_not_enter_the_arena_is_caught_with_a_freed_table() =>
        Assert.That(FirstProblem(PieceChange<Narrow>.All[0], entersAfter: null), Does.Contain("the reader read a freed table"));

    [Test]
    public void A_writer_that_frees_a_table_before_it_unlinks_it_is_caught() =>
        Assert.That(FirstProblem(BrokenChange.FreesBeforeItUnlinks, entersAfter: 1), Does.Contain("the reader read a freed table"));

    [Test]
    public void A_writer_that_links_a_table_before_it_fills_it_is_caught() =>
        Assert.That(FirstProblem(BrokenChange.LinksBeforeItFills, entersAfter: 0), Does.Contain("there is nothing at 0x1000, which nobody asked for"));

    [Test]
    public void A_writer_that_counts_no_invalidation_is_caught() =>
        Assert.That(FirstProblem(BrokenChange.CountsNoInvalidation, entersAfter: 0), Does.Contain("was validated, but there is"));

    private string? FirstProblem(PieceChange<Narrow> change, int? entersAfter)
    {
        var (first, second) = Scene<Narrow>.Places[1];
        var scene = new Scene<Narrow>(change, first, PieceChange<Narrow>.All[7], second, first.LastPage);
        var outcome = scene.Outcome();
        var schedule = new EveryChoice(depth: 5);
        do
        {
            if (scene.Shoot(_interleaver, schedule, outcome, entersAfter, out _) is { } problem) return problem;
        }
        while (schedule.Advance());
        return null;
    }
}
