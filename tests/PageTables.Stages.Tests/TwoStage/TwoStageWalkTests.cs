namespace Fast.PageTables.Stages.Tests.TwoStage;

/// <summary>Emitted two-stage walks against the plain twin, over whole, torn and damaged tables.</summary>
[TestFixture(typeof(X64L4OverEptL4), typeof(X64L4), typeof(EptL4))]
[TestFixture(typeof(X64L4OverNptL4), typeof(X64L4), typeof(NptL4))]
[TestFixture(typeof(X64L5OverEptL4), typeof(X64L5), typeof(EptL4))]
[TestFixture(typeof(RiscvSv39OverSv39x4), typeof(RiscvSv39), typeof(RiscvSv39x4))]
[TestFixture(typeof(RiscvSv48OverSv48x4), typeof(RiscvSv48), typeof(RiscvSv48x4))]
[TestFixture(typeof(Armv8S1G4KOverS2G4K), typeof(Armv8S1G4K), typeof(Armv8S2G4K))]
[TestFixture(typeof(VtdFs4OverSs4), typeof(VtdFs4), typeof(VtdSs4))]
[TestFixture(typeof(Arm16KOver4K), typeof(Armv8S1G16K), typeof(Armv8S2G4K))]
[TestFixture(typeof(AmdV1OverEptL4), typeof(AmdV1), typeof(EptL4))]
[TestFixture(typeof(X64L4OverArmS2), typeof(X64L4), typeof(Armv8S2G4K))]
[TestFixture(typeof(ArmS1OverEptL4), typeof(Armv8S1G4K), typeof(EptL4))]
internal sealed class TwoStageWalkTests<TPair, TFirst, TSecond>
    where TPair : struct, ITwoStageWalk<TFirst, TSecond>
    where TFirst : struct, IMapFormat
    where TSecond : struct, IMapFormat
{
    [Test]
    public void A_walk_tells_what_the_plain_walker_tells()
    {
        var (leaves, onTables, onPages) = (0, 0, 0);
        Seeds.Each(12, random =>
        {
            var image = new TwoStageImage<TFirst, TSecond>(random, whole: random.OneIn(2));
            for (var i = 0; i < 400; i++)
            {
                var found = Compare(image, image.NextInput(random), trusted: true);
                leaves += found.IsLeaf ? 1 : 0;
                onTables += found is { Stage: 2, OnTable: true } ? 1 : 0;
                onPages += found is { Stage: 2, OnTable: false, IsLeaf: false } ? 1 : 0;
            }
        });
        Assert.That((leaves, onTables, onPages), Is.Not.EqualTo((0, 0, 0)));
        Assert.Multiple(() =>
        {
            Assert.That(leaves, Is.Positive, "the images must have translations");
            Assert.That(onTables, Is.Positive, "and tables that stage 2 hides");
            Assert.That(onPages, Is.Positive, "and pages that stage 2 hides");
        });
    }

    [Test]
    public void Damaged_tables_of_either_stage_end_the_walk_and_never_crash_it() => Seeds.Each(25, random =>
    {
        var image = new TwoStageImage<TFirst, TSecond>(random, whole: true);
        image.Damage(random);
        for (var i = 0; i < 300; i++) Compare(image, image.NextInput(random), trusted: false);
    });

    [Test]
    public void Random_bytes_are_walked_to_an_end() => Seeds.Each(20, random =>
    {
        var bytes = new byte[1 << 18];
        random.NextBytes(bytes);
        for (var i = 0; i < 300; i++)
        {
            var memory = new SpanMemory(bytes);
            var (first, second) = (random.Word() & 0x3_F000 | (TFirst.Facts.DynamicTop ? (uint)random.Next(6) : 0), random.Word() & 0x3_C000);
            var input = new Iova(random.Word() >> random.Next(16, 64));
            var expected = ReferenceTwoStageWalker.Walk(TFirst.Facts, TSecond.Facts, memory, first, second, input);
            Assert.That(TPair.Walk(memory, first, second, input), Is.EqualTo(expected), $"{input}");
            TPair.TryFollow(memory, first, second, input, out _);
        }
    });

    [Test]
    public void Permissions_are_what_both_stages_allow() => Seeds.Each(6, random =>
    {
        var image = new TwoStageImage<TFirst, TSecond>(random, whole: true);
        var told = (First: Told(TFirst.Facts), Second: Told(TSecond.Facts));
        for (var i = 0; i < 300; i++)
        {
            var input = image.NextInput(random);
            var found = TPair.Walk(image.Memory, image.FirstRoot, image.SecondRoot, input);
            if (!found.IsLeaf) continue;
            var second = TSecond.Walk(image.Memory, image.SecondRoot, new Iova(found.GuestPhysical.Value)).Leaf;
            Assert.That(found.Leaf.Pfn, Is.EqualTo(second.Pfn));
            Assert.That(found.Leaf.Size, Is.LessThanOrEqualTo(second.Size));
            Assert.That(found.Leaf.Permissions & told.Second & ~second.Permissions, Is.EqualTo(Permissions.None), "nothing that stage 2 refuses");
            Assert.That(found.Leaf.Permissions & ~(told.First | told.Second), Is.EqualTo(Permissions.None), "nothing that nobody can tell");
        }
    });

    private static TwoStageResult Compare(TwoStageImage<TFirst, TSecond> image, Iova input, bool trusted)
    {
        var expected = ReferenceTwoStageWalker.Walk(TFirst.Facts, TSecond.Facts, image.Memory, image.FirstRoot, image.SecondRoot, input);
        var found = TPair.Walk(image.Memory, image.FirstRoot, image.SecondRoot, input);
        Assert.That(found, Is.EqualTo(expected), $"{input}: {found} instead of {expected}");
        var followed = TPair.TryFollow(image.Memory, image.FirstRoot, image.SecondRoot, input, out var leaf);
        if (trusted) Assert.That((followed, leaf), Is.EqualTo((expected.IsLeaf, expected.Leaf)), $"{input}");
        return found;
    }

    private static Permissions Told(FormatFacts facts) => facts.Rights.Aggregate(Permissions.None, (told, right) => told | right.Right);
}
