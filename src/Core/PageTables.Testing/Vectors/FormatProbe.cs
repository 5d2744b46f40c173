namespace Fast.PageTables.Testing;

/// <summary>A declared format as an object: what vectors need of its emitted code.</summary>
/// <param name="Facts">The declaration as a value.</param>
/// <param name="Walk">The emitted walk.</param>
/// <param name="FirstLeaf">log2 of the first leaf that a map of a range writes, <see langword="null"/> when it is refused; nothing where the format cannot map.</param>
internal sealed record FormatProbe(FormatFacts Facts, Func<RecordingMemory, ulong, Iova, WalkResult> Walk, Func<ulong, ulong, ulong, int?>? FirstLeaf)
{
    public static FormatProbe Of<TFormat>()
        where TFormat : struct, IWalkFormat => new(
            TFormat.Facts,
            (memory, root, input) => TFormat.Walk(memory, root, input),
            Operation.Of<TFormat, Func<ulong, ulong, ulong, int?>>(typeof(FormatProbe), nameof(FirstLeafOf)));

    public override string ToString() => Facts.Name;

    public static int? FirstLeafOf<TFormat>(ulong input, ulong last, ulong output)
        where TFormat : struct, IMapFormat
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 16UL << 20, HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var report = table.TryMap(IovaRange.Inclusive(new Iova(input), new Iova(last)), new Pfn(output >> Pfn.Shift), Bits.Expressible(TFormat.Facts)[^1]);
        return report.IsDone && table.Follow(new Iova(input), out var leaf) ? leaf.Size.Shift : null;
    }
}
