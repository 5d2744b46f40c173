namespace Fast.PageTables.Testing;

/// <summary>Ranges read as runs, against the plain pinner, and batches.</summary>
internal sealed class RunWork<TFormat> : IFormatWork
    where TFormat : struct, IRunFormat
{
    private readonly PageImage _image = new(TFormat.Facts);

    public IEnumerable<FormatWork> All =>
    [
        .. ScanVariants.Supported.Where(variant => variant <= TFormat.WidestScan)
            .Select(variant => new FormatWork($"read runs, {variant}", "plain pinner", _image.Pages, () => Read(variant), ReadPlainly)),
        new("translate a batch in disorder", "plain walker", _image.Pages, Batch, () => _image.WalkPlainly(_image.Shuffled)),
    ];

    private ulong Read(ScanVariant variant)
    {
        var (sum, cursor) = (0UL, new RunCursor(_image.Range));
        Span<Run> runs = stackalloc Run[64];
        while (!cursor.IsAtEnd)
        {
            var written = PageTableRuns.ReadRuns<TFormat, SpanMemory>(_image.Tables.Memory, _image.Tables.RootWord, variant, ref cursor, runs);
            foreach (var run in runs[..written]) sum += run.Pages;
        }

        return sum;
    }

    private ulong ReadPlainly() => (ulong)ReferencePinner.ReadRuns(_image.Facts, _image.Tables.Memory, _image.Tables.RootWord, _image.Range).Count;

    private ulong Batch()
    {
        Span<PhysicalAddress> outputs = stackalloc PhysicalAddress[64];
        var sum = 0UL;
        for (var at = 0; at + 64 <= _image.Shuffled.Length; at += 64) sum += (ulong)TFormat.TranslateBatch(_image.Tables.Memory, _image.Tables.RootWord, _image.Shuffled.AsSpan(at, 64), outputs);
        return sum;
    }
}
