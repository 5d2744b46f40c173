namespace Fast.Host;

/// <summary>Which pages of a range are in memory, and how they are mapped. In pages of 4 KiB.</summary>
/// <param name="Present">In memory.</param>
/// <param name="Swapped">Swapped out.</param>
/// <param name="Huge">Of those in memory, mapped by larger leaves; <see langword="null"/>: the kernel does not tell (before 6.7).</param>
public readonly record struct Residency(ulong Present, ulong Swapped, ulong? Huge)
{
    private const int RegionsPerCall = 512;
    private const int EntriesPerRead = 4096;
    private const int PageShift = 12;

    /// <summary>Counts the pages of a range, by one call for many pages where the kernel has it.</summary>
    /// <param name="map">The process's pages.</param>
    /// <param name="start">First address.</param>
    /// <param name="end">First address behind the range.</param>
    public static Residency Of(Pagemap map, ulong start, ulong end)
    {
        ArgumentNullException.ThrowIfNull(map);
        return ByScan(map, start, end) ?? ByEntry(map, start, end);
    }

    /// <summary>Counts the pages of a range one by one: the plain way, and the only one before Linux 6.7.</summary>
    internal static Residency ByEntry(Pagemap map, ulong start, ulong end)
    {
        var (present, swapped) = (0UL, 0UL);
        var entries = new PagemapEntry[EntriesPerRead];
        for (var at = start; at < end;)
        {
            var count = map.Read(at, entries.AsSpan(0, (int)Math.Min((ulong)entries.Length, (end - at) >> PageShift)));
            if (count == 0) break;
            foreach (var entry in entries.AsSpan(0, count))
            {
                if (entry.IsPresent) present++;
                if (entry.IsSwapped) swapped++;
            }

            at += (ulong)count << PageShift;
        }

        return new Residency(present, swapped, null);
    }

    private static Residency? ByScan(Pagemap map, ulong start, ulong end)
    {
        var (present, swapped, huge) = (0UL, 0UL, 0UL);
        var regions = new PageRegion[RegionsPerCall];
        for (var at = start; at < end;)
        {
            if (map.Scan(at, end, regions, out var next) is not { } count) return null;
            foreach (ref readonly var region in regions.AsSpan(0, count))
            {
                var pages = (region.End - region.Start) >> PageShift;
                if (region.Categories.HasFlag(PageCategories.Present)) present += pages;
                if (region.Categories.HasFlag(PageCategories.Swapped)) swapped += pages;
                if (region.Categories.HasFlag(PageCategories.Present | PageCategories.Huge)) huge += pages;
            }

            if (next <= at) break;
            at = next;
        }

        return new Residency(present, swapped, huge);
    }
}
