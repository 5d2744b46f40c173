using System.Buffers.Binary;

namespace Fast.PageTables.Stages.Tests.TwoStage;

/// <summary>Two-stage walks with a stage whose entries pass through code of its own: emitted and plain tell the same.</summary>
public sealed class HatchedStageTests
{
    [Test]
    public void Random_images_are_walked_as_the_plain_walker_walks_them()
    {
        var seen = new HashSet<(int Stage, bool OnTable, WalkStatus Status)>();
        Seeds.Each(60, random =>
        {
            var image = Image(random);
            for (var i = 0; i < 200; i++)
            {
                var (first, second) = (random.Word() & 0xF000, random.Word() & 0xF000);
                seen.Add(Compare<NvidiaV3OverVtdSs4, NvidiaV3, VtdSs4>(image, first, second, new Iova(random.Word() >> random.Next(7, 40))));
                seen.Add(Compare<X64L4OverXenP2mEpt, X64L4, XenP2mEpt>(image, first, second, new Iova(random.Word() >> random.Next(17, 40))));
            }
        });
        Assert.That(seen.Select(end => (end.Stage, end.OnTable)), Is.SupersetOf(new[] { (1, false), (2, true), (2, false) }));
        Assert.That(seen.Select(end => end.Status), Does.Contain(WalkStatus.Leaf));
    }

    /// <summary>Words that mostly lead back into the image, whatever reads them.</summary>
    private static byte[] Image(Random random)
    {
        var image = new byte[1 << 16];
        for (var slot = 0; slot < image.Length; slot += 8)
        {
            var word = random.Next(12) switch
            {
                0 => 0UL,
                1 => random.Word(),
                2 => 1UL << random.Next(64),
                3 => (random.Word() & 0xF000) | 1,
                _ => (random.Word() & 0xF000) | (random.OneIn(3) ? 2UL : 3UL),
            };
            BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(slot), word);
        }

        return image;
    }

    private static (int Stage, bool OnTable, WalkStatus Status) Compare<TPair, TFirst, TSecond>(byte[] image, ulong firstRoot, ulong secondRoot, Iova input)
        where TPair : struct, ITwoStageWalk<TFirst, TSecond>
        where TFirst : struct, IWalkFormat
        where TSecond : struct, IWalkFormat
    {
        var memory = new SpanMemory(image);
        var expected = ReferenceTwoStageWalker.Walk(TFirst.Facts, TSecond.Facts, memory, firstRoot, secondRoot, input);
        Assert.That(TPair.Walk(memory, firstRoot, secondRoot, input), Is.EqualTo(expected), $"{typeof(TPair).Name} {input}");
        if (expected.IsLeaf)
        {
            Assert.That(TPair.TryFollow(memory, firstRoot, secondRoot, input, out var leaf), Is.True);
            Assert.That(leaf, Is.EqualTo(expected.Leaf));
        }

        return (expected.Stage, expected.OnTable, expected.Status);
    }
}
