namespace Fast.PageTables.Tests.Scanning;

public sealed class WideTableTests
{
    [Test]
    public void The_widest_tables_are_scanned_as_their_pages_say() =>
        Sampling.ForSeeds(12, random =>
        {
            var layout = new ScanLayout(TestWide.Facts, random);
            var range = layout.NextRange();
            var expected = ScanLayout.Runs(layout.Tables, range);
            var runs = new Run[expected.Count + 200_000];
            foreach (var variant in ScanVariants.Supported)
            {
                var cursor = new RunCursor(range);
                var written = PageTableRuns.ReadRuns<TestWide, SpanMemory>(layout.Tables.Memory, layout.Tables.Root, variant, ref cursor, runs);
                Assert.That(cursor.IsAtEnd, Is.True);
                Assert.That(runs.AsSpan(0, written).SequenceEqual(expected.ToArray()), Is.True, $"{variant} {range}: {written} runs, expected {expected.Count}");
                Assert.That(cursor.LeavesRead, Is.EqualTo(ScanLayout.Leaves(layout.Tables, range)));
            }
        });
}
