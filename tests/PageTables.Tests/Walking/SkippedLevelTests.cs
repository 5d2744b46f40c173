using System.Buffers.Binary;

namespace Fast.PageTables.Tests.Walking;

/// <summary>AMD's entries that point past the next lower level: what reads tables honours them as the plain walker does, what changes tables refuses.</summary>
public sealed class SkippedLevelTests
{
    private const int Pages = 24;
    private const int UpperPages = 12;

    [Test]
    public void Every_way_to_read_honours_skipped_levels_as_the_plain_walker_does([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var image = Image(random);
        var memory = new SpanMemory(image);
        var root = ((ulong)random.Next(UpperPages) << 12) | (uint)random.Next(2, 6);
        var inputs = Enumerable.Range(0, 400).Select(_ => new Iova(Input(random))).ToArray();
        var outputs = new PhysicalAddress[inputs.Length];
        AmdV1.TranslateBatch(memory, root, inputs, outputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            var input = inputs[i];
            var expected = ReferenceWalker.Walk(AmdV1.Facts, memory, root, input, FormatLimits.None);
            Assert.That(AmdV1.Walk(memory, root, input), Is.EqualTo(expected), $"{input}");
            Assert.That(AmdV1.Follow(memory, root, input, out var leaf), Is.EqualTo(expected.IsLeaf), $"{input}: {expected}");
            var output = expected.IsLeaf ? new PhysicalAddress((expected.Leaf.Pfn.Value << 12) | (input.Value & 0xFFF)) : PhysicalAddress.None;
            if (expected.IsLeaf) Assert.That(leaf, Is.EqualTo(expected.Leaf), $"{input}");
            Assert.That(AmdV1.Translate(memory, root, input), Is.EqualTo(output), $"{input}");
            Assert.That(outputs[i], Is.EqualTo(output), $"{input}, in a batch");
            // A cursor remembers the last table where there is one on the way without a skip.
            if (AmdV1.FindLastTable(memory, root, input, out var table)) Assert.That(AmdV1.TranslateInLastTable(memory, table, input), Is.EqualTo(output), $"{input}, by the last table");
        }
    }

    [Test]
    public void Runs_through_skips_are_those_of_the_plain_pinner([Range(1, 25)] int seed)
    {
        var random = new Random(seed);
        var image = Image(random);
        var memory = new SpanMemory(image);
        var root = ((ulong)random.Next(UpperPages) << 12) | (uint)random.Next(2, 6);
        for (var i = 0; i < 6; i++)
        {
            var range = IovaRange.Of(new Iova(Input(random) & ~0x1F_FFFFUL), 8UL << 20);
            foreach (var scan in ScanVariants.Supported)
            {
                var runs = new List<Run>();
                var cursor = new RunCursor(range);
                var buffer = new Run[64];
                while (!cursor.IsAtEnd) runs.AddRange(buffer[..PageTableRuns.ReadRuns<AmdV1, SpanMemory>(memory, root, scan, ref cursor, buffer)]);
                Assert.That(runs, Is.EqualTo(ReferencePinner.ReadRuns(AmdV1.Facts, memory, root, range)), $"{range} {scan}");
            }
        }
    }

    [Test]
    public void A_change_refuses_a_table_with_a_skip_and_changes_nothing()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1 << 20, HugePages = false });
        var table = new PageTable<AmdV1>(arena);
        table.Map(IovaRange.Of(new Iova(0), 0x3000), new Pfn(5), Permissions.ReadWrite);
        // The root is of level 2: its first entry now says that a last table follows.
        ref var items = ref TableItems.In(arena, table.Root.Value);
        var link = TableItems.Read(ref items, 0);
        TableItems.Publish(ref items, 0, (link & ~0xE00UL) | (1UL << 9));
        var range = IovaRange.Of(new Iova(0), 0x3000);
        Assert.That(() => table.Unmap(range), Throws.InvalidOperationException.With.Message.Contains("level 2").And.Message.Contains("table of your own"));
        Assert.That(() => table.TryMap(IovaRange.Of(new Iova(0x10_0000), 0x1000), new Pfn(9), Permissions.Read), Throws.InvalidOperationException.With.Message.Contains("does not point to the next lower level"));
        Assert.That(() => table.Protect(range, Permissions.Read), Throws.InvalidOperationException);
        Assert.That(TableItems.Read(ref items, 0), Is.EqualTo((link & ~0xE00UL) | (1UL << 9)));
        TableItems.Publish(ref items, 0, link);
        Assert.That(table.Translate(new Iova(0x2000)), Is.EqualTo(new PhysicalAddress(0x7000)), "nothing was changed");
        Assert.That(table.Unmap(range).Total, Is.EqualTo(3UL));
    }

    [Test]
    public void A_root_of_a_level_that_there_is_not_has_no_input([Values(6UL, 7UL)] ulong level) =>
        Assert.That(ReferenceWalker.Walk(AmdV1.Facts, new SpanMemory(new byte[4096]), level, new Iova(0), FormatLimits.None).Status, Is.EqualTo(WalkStatus.BadInput));

    /// <summary>Few indices, so that random addresses meet entries; index bits that a skip leaves out are zero now and then.</summary>
    private static ulong Input(Random random)
    {
        var input = (ulong)random.Next(4) << 12;
        for (var level = 1; level < 6; level++) input |= (random.Next(3) == 0 ? (ulong)random.Next(4) : 0) << (12 + (9 * level));
        return input | (uint)random.Next(4096);
    }

    private static byte[] Image(Random random)
    {
        var image = new byte[Pages << 12];
        for (var page = 0; page < Pages; page++)
        {
            for (var item = 0; item < 8; item++)
            {
                // Present, reads and writes. In an upper table a leaf, or of level 1 to 6: often too high, too low or right for where it stands.
                var mode = page >= UpperPages || random.Next(6) == 0 ? 0UL : (ulong)random.Next(1, 7);
                var target = mode == 1 ? random.Next(UpperPages, Pages) : random.Next(UpperPages);
                var word = random.Next(8) == 0 ? 0 : 0x6000_0000_0000_0001UL | (mode << 9) | ((ulong)target << 12);
                BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan((page << 12) + (8 * item)), word);
            }
        }

        return image;
    }
}
