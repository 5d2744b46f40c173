namespace Fast.PageTables.Tests.Walking;

/// <summary>The random tables of the suite are worth walking, for every format.</summary>
[TestFixtureSource(typeof(EachFormat))]
public sealed class RandomTablesTests<TFormat>
    where TFormat : struct, IRunFormat, IMapFormat
{
    private const int Cases = 25;
    private const int Inputs = 150;
    private static readonly FormatFacts Facts = TFormat.Facts;

    /// <summary>What a walk can say when a table holds anything.</summary>
    private static readonly WalkStatus[] Refusals =
        [Facts.KindFault, Facts.ReservedFault, .. Facts.Forbidden.Select(forbidden => forbidden.Fault), .. Facts.NextLevel.Exists ? [WalkStatus.BadSize, WalkStatus.BadLevel, WalkStatus.LevelSkipped] : Array.Empty<WalkStatus>()];

    [Test]
    public void Random_tables_end_walks_in_every_way()
    {
        var seen = new HashSet<(WalkStatus Status, int Level)>();
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, Foreign.Everything);
            for (var i = 0; i < Inputs; i++)
            {
                var result = TFormat.Walk(image.Tables.Memory, image.Tables.RootWord, image.NextInput());
                seen.Add((result.Status, result.Level));
            }
        });
        foreach (var level in Enumerable.Range(0, Facts.Levels.Length))
        {
            Assert.That(seen, Does.Contain((WalkStatus.NotPresent, level)));
            if (Facts.Levels[level].CanLeaf) Assert.That(seen, Does.Contain((WalkStatus.Leaf, level)));
            if ((Facts.Levels[level].ReservedInLeaf | Facts.Levels[level].ReservedInTable) != 0) Assert.That(seen, Does.Contain((Facts.ReservedFault, level)));
            if (level > 0) Assert.That(seen, Does.Contain((WalkStatus.NotBacked, level)));
        }

        var statuses = seen.Select(end => end.Status).ToHashSet();
        Assert.That(statuses.Contains(WalkStatus.BadInput), Is.EqualTo(Facts.InputBits < 64 || Facts.DynamicTop));
        Assert.That(statuses.Except([WalkStatus.Leaf, WalkStatus.NotPresent, WalkStatus.BadInput, WalkStatus.NotBacked]), Is.SubsetOf(Refusals));
        Assert.That(Facts.Forbidden.Where(forbidden => forbidden.Unless == null).Select(forbidden => forbidden.Fault).Distinct(), Is.SubsetOf(statuses));
    }
}
