namespace Fast.PageTables.Tests.Scanning;

public sealed class ReadRunsTests
{
    [Test]
    public void No_room_for_a_single_run_is_refused()
    {
        var tables = new RawTables(X64L4.Facts);
        Assert.That(
            () =>
            {
                var cursor = new RunCursor(IovaRange.Of(new Iova(0), 4096));
                PageTableRuns.ReadRuns<X64L4, SpanMemory>(tables.Memory, tables.RootWord, ScanVariant.Scalar, ref cursor, []);
            },
            Throws.ArgumentException.With.Message.Contains("no room for a single run"));
    }
}
