namespace Fast.PageTables.Interleaving.Tests.Exploration;

/// <summary>One reader and two writers, step by step: what the reader is told was true, and it waits for nobody.</summary>
[TestFixture(typeof(Narrow))]
[TestFixture(typeof(NarrowRuns))]
[NonParallelizable]
public sealed class ExplorationTests<TFormat>
    where TFormat : struct, IProtectFormat, ISplitFormat
{
    private Interleaver _interleaver = null!;

    [SetUp]
    public void Begin() => _interleaver = new Interleaver(actors: 3);

    [TearDown]
    public void End() => _interleaver.Dispose();

    /// <summary>Every choice at the writers' first five accesses of every scene, chance beyond; among them every walk of the reader, to its end.</summary>
    [Test]
    public void Every_interleaving_of_5_accesses_tells_the_reader_what_was_true() => Explore(Scene<TFormat>.All(), depth: 5, atReads: true);

    /// <summary>Every choice before and after the writers' first stores.</summary>
    [Test]
    public void Every_interleaving_around_3_stores_tells_the_reader_what_was_true() => Explore(Scene<TFormat>.All(), depth: 6, atReads: false);

    /// <summary>Scenes of few stores to their end.</summary>
    [Test]
    public void Every_interleaving_of_few_stores_tells_the_reader_what_was_true()
    {
        string[] brief = ["unmaps a leaf", "maps a leaf", "collapses leaves"];
        var scenes = Scene<TFormat>.All().Where(scene => scene.FirstPiece.Bytes == 0x2000 && brief.Contains(scene.First.Name) && brief.Contains(scene.Second.Name)).ToList();
        Assert.That(scenes, Has.Count.EqualTo(9));
        Explore(scenes, depth: int.MaxValue, atReads: false);
    }

    /// <summary>All stores of every scene: dotnet test tests/PageTables.Interleaving.Tests -c Release --filter FullyQualifiedName~Every_interleaving_of_all_stores (hours).</summary>
    [Test, Explicit("hours")]
    public void Every_interleaving_of_all_stores_tells_the_reader_what_was_true() => Explore(Scene<TFormat>.All(), depth: int.MaxValue, atReads: false);

    /// <summary>The same with --filter FullyQualifiedName~Every_interleaving_of_12_accesses (hours).</summary>
    [Test, Explicit("hours")]
    public void Every_interleaving_of_12_accesses_tells_the_reader_what_was_true() => Explore(Scene<TFormat>.All(), depth: 12, atReads: true);

    /// <summary>The same of those scenes alone in which runs are taken, with --filter FullyQualifiedName~12_accesses_while_runs (minutes).</summary>
    [Test, Explicit("minutes")]
    public void Every_interleaving_of_12_accesses_while_runs_are_taken_tells_the_reader_what_was_true() =>
        Explore(Scene<TFormat>.All().Where(scene => scene.First.Name == "takes pages" || scene.Second.Name == "takes pages"), depth: 12, atReads: true);

    /// <summary>Long scripts on three threads, in any order. A failure names its seed.</summary>
    [Test]
    public void Any_interleaving_tells_the_reader_what_was_true() => PlayByChance(firstSeed: 1, count: 1000);

    /// <summary>dotnet test tests/PageTables.Interleaving.Tests -c Release --filter FullyQualifiedName~A_hundred_thousand_interleavings (an hour).</summary>
    [Test, Explicit("an hour")]
    public void A_hundred_thousand_interleavings_tell_the_reader_what_was_true() => PlayByChance(firstSeed: 1_000_000, count: 100_000);

    [Test]
    public void A_writer_that_stops_between_any_two_stores_holds_no_reader_up()
    {
        // Its beginning, one step for each level, the validation.
        var most = TFormat.Facts.TopLevel + 3;
        var stops = 0;
        foreach (var change in PieceChange<TFormat>.All)
        {
            var scene = new Scene<TFormat>(change, Scene<TFormat>.Places[1].First, PieceChange<TFormat>.All[0], Scene<TFormat>.Places[1].Second, Scene<TFormat>.Places[1].First.LastPage);
            var outcome = scene.Outcome();
            var firstEnded = false;
            for (var first = 0; !firstEnded; first++)
            {
                var schedule = new SuspendedWriters(first, first / 2);
                Assert.That(scene.Play(_interleaver, schedule, outcome), Is.Null);
                Assert.That(schedule.ReaderSteps, Is.InRange(1, most), $"{scene}: stopped after {first} steps");
                firstEnded = schedule.FirstEnded;
                stops++;
            }
        }

        TestContext.Out.WriteLine($"{stops} places to stop");
    }

    private void Explore(IEnumerable<Scene<TFormat>> scenes, int depth, bool atReads)
    {
        _interleaver.StopsAtReads = atReads;
        var (films, walks, count) = (0L, 0L, 0);
        foreach (var scene in scenes)
        {
            count++;
            var outcome = scene.Outcome();
            var freed = 0;
            // The reader enters before anything was freed, after the first table was, and so on.
            for (var enters = 0; enters <= freed; enters++)
            {
                var schedule = new EveryChoice(depth);
                do
                {
                    Assert.That(scene.Shoot(_interleaver, schedule, outcome, enters, out var film), Is.Null);
                    freed = Math.Max(freed, film.Freed);
                    walks += film.Walks;
                    films++;
                }
                while (schedule.Advance());
            }
        }

        Assert.That(walks, Is.GreaterThan(films));
        TestContext.Out.WriteLine($"{count} scenes, {films} interleavings of writers, {walks} walks among them");
    }

    private void PlayByChance(int firstSeed, int count)
    {
        for (var seed = firstSeed; seed < firstSeed + count; seed++)
            Assert.That(new LongScene<TFormat>(seed).Play(_interleaver), Is.Null, $"seed {seed}");
    }
}
