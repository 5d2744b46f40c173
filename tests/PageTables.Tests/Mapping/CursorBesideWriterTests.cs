namespace Fast.PageTables.Tests.Mapping;

/// <summary>
/// What a cursor promises beside a writer: an answer is what the table said at some moment of the question. Above all, what was unmapped before the question is never
/// the answer, however long the cursor has remembered it.
/// </summary>
[TestFixture(typeof(X64L4))]
[TestFixture(typeof(AmdV1))]
[TestFixture(typeof(Armv8S1G4K))]
[TestFixture(typeof(RiscvSv39))]
[NonParallelizable]
public sealed class CursorBesideWriterTests<TFormat>
    where TFormat : struct, IRunFormat, IMapFormat
{
    private const ulong Page = 4096;
    private const ulong Bytes = 2UL << 20;
    private const int Generations = 700;

    [TestCase(12)]
    [TestCase(21)]
    public void No_answer_is_older_than_the_question(int largest)
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false, PoisonFreed = true });
        var table = new PageTable<TFormat>(arena);
        var range = IovaRange.Of(new Iova(Bytes), Bytes);
        var permissions = Bits.Expressible(TFormat.Facts)[^1];
        long unmapping = 0, mapped = 0;
        var wrong = new List<string>();
        var reader = new Thread(Read) { IsBackground = true };
        reader.Start();
        for (var generation = 1; generation <= Generations; generation++)
        {
            // Each generation has frames of its own, so that an answer says when it was true.
            table.Map(range, new Pfn((ulong)generation * (Bytes / Page)), permissions, new PageSize(largest));
            Volatile.Write(ref mapped, generation);
            if (generation % 3 == 0) Thread.Yield();
            Volatile.Write(ref unmapping, generation);
            table.Unmap(range, keepTables: generation % 2 == 0);
            // Below this the generation is gone for good.
            if (generation % 5 == 0) Thread.SpinWait(50);
        }

        Volatile.Write(ref mapped, -1);
        reader.Join();
        Assert.That(wrong, Is.Empty);

        void Read()
        {
            var cursor = table.Cursor();
            var answers = 0;
            for (ulong at = 0; Volatile.Read(ref mapped) >= 0; at = (at + Page) % Bytes)
            {
                using var inside = arena.EnterReader();
                // Mapped generations only grow: what is found is not older than what was being unmapped before, unless that is still going on.
                var oldest = Volatile.Read(ref unmapping);
                var answer = cursor.Translate(range.Start + at);
                var newest = Volatile.Read(ref mapped);
                if (answer.IsNone || newest < 0) continue;
                answers++;
                var generation = (long)(answer.Value / Bytes);
                var offset = answer.Value % Bytes;
                if (offset != at || generation < oldest || generation > newest + 1) wrong.Add($"at 0x{at:x}: 0x{answer.Value:x}, generation {generation} of {oldest} to {newest}");
                if (wrong.Count > 5) return;
            }
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void What_was_unmapped_is_forgotten_at_once(bool keepTables)
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false, PoisonFreed = true });
        var table = new PageTable<TFormat>(arena);
        var range = IovaRange.Of(new Iova(Bytes), Bytes);
        var permissions = Bits.Expressible(TFormat.Facts)[^1];
        table.Map(range, new Pfn(1024), permissions, PageSize.Size4K);
        var cursor = table.Cursor();
        for (ulong at = 0; at < 200 * Page; at += Page) Assert.That(cursor.Translate(range.Start + at).Value, Is.EqualTo((1024 * Page) + at));
        // One page of the run that it remembers.
        table.Unmap(IovaRange.Of(range.Start + (100 * Page), Page), keepTables);
        Assert.That(cursor.Translate(range.Start + (100 * Page)).IsNone, Is.True);
        Assert.That(cursor.Translate(range.Start + (99 * Page)).Value, Is.EqualTo((1024 + 99) * Page));
        Assert.That(cursor.Translate(range.Start + (101 * Page)).Value, Is.EqualTo((1024 + 101) * Page));
        // While somebody changes, nothing is remembered, and answers are right.
        using (table.Invalidation.Begin())
        {
            Assert.That(cursor.Translate(range.Start + (5 * Page)).Value, Is.EqualTo((1024 + 5) * Page));
            Assert.That(cursor.Translate(range.Start + (100 * Page)).IsNone, Is.True);
        }

        table.Map(IovaRange.Of(range.Start + (100 * Page), Page), new Pfn(7), permissions);
        Assert.That(cursor.Translate(range.Start + (100 * Page)).Value, Is.EqualTo(7 * Page), "a hole is not remembered");
    }
}
