using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>Runs merged one page after the other: the plain twin of what <see cref="PhysicalMap"/> has the engine do.</summary>
public static class PlainRuns
{
    private const int EntriesPerRead = 4096;

    /// <summary>Reads the runs of a range.</summary>
    /// <param name="map">The process's pages.</param>
    /// <param name="range">Whole pages.</param>
    public static ImmutableArray<Run> Of(Pagemap map, IovaRange range)
    {
        ArgumentNullException.ThrowIfNull(map);
        var runs = ImmutableArray.CreateBuilder<Run>();
        var entries = new PagemapEntry[EntriesPerRead];
        for (var done = 0UL; done < range.Pages;)
        {
            var count = map.Read(range.Start.Value + (done << Pfn.Shift), entries.AsSpan(0, (int)Math.Min((ulong)entries.Length, range.Pages - done)));
            if (count == 0) break;
            for (var i = 0; i < count; i++)
            {
                if (entries[i].Pfn is not { } pfn) continue;
                var at = new Iova(range.Start.Value + ((done + (ulong)i) << Pfn.Shift));
                if (runs.Count != 0 && runs[^1] is var last && last.Last.Value + 1 == at.Value && last.Pfn + last.Pages == pfn) runs[^1] = new Run(last.Start, last.Pfn, last.Pages + 1, Permissions.ReadWrite);
                else runs.Add(new Run(at, pfn, 1, Permissions.ReadWrite));
            }

            done += (ulong)count;
        }

        return runs.ToImmutable();
    }
}
