using Fast.PageTables;
using Fast.Perf.Compare;

namespace Fast.Perf.Plots;

/// <summary><c>plots [FOLDER]</c>: cost against size, 1 GiB to 1 TiB, one picture per operation and leaf size in each.</summary>
public static class PlotsCommand
{
    private const int Rounds = 5;
    private static readonly ulong[] Sizes = [.. Enumerable.Range(0, 11).Select(i => 1UL << (30 + i))];
    private static readonly (string Name, PageSize Size)[] Leaves = [("4 KiB leaves", PageSize.Size4K), ("2 MiB leaves", PageSize.Size2M), ("1 GiB leaves", PageSize.Size1G)];

    /// <summary>Measures and draws into <paramref name="folder"/>.</summary>
    public static int Run(string folder, TextWriter errors, CancellationToken cancellation)
    {
        var series = new Dictionary<string, List<Series>> { ["map"] = [], ["unmap"] = [], ["read"] = [] };
        foreach (var (name, leaf) in Leaves)
        {
            foreach (var operation in series.Keys) series[operation].Add(new Series(name, []));
            foreach (var bytes in Sizes)
            {
                cancellation.ThrowIfCancellationRequested();
                errors.WriteLine($"plots: {BinarySize.Format(bytes)} with {name} …");
                var (map, unmap, read) = Measure(bytes, leaf);
                series["map"][^1].Points.Add((bytes, map));
                series["unmap"][^1].Points.Add((bytes, unmap));
                series["read"][^1].Points.Add((bytes, read));
            }
        }

        Directory.CreateDirectory(folder);
        var machine = $"{Machine.Here.Processor}, {Machine.Here.Runtime}, x86-64 4 levels; best of {Rounds}, {WorkClock.Kind}";
        foreach (var (operation, title) in new[] { ("map", "Range map"), ("unmap", "Range unmap, leaves counted"), ("read", "Range read as runs") })
            File.WriteAllText(Path.Combine(folder, $"cost-{operation}.svg"), LogLogPlot.Draw($"{title}: cost against size", machine, series[operation]));
        return 0;
    }

    private static (double Map, double Unmap, double Read) Measure(ulong bytes, PageSize leaf)
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = (bytes >> 8) + (64UL << 20) });
        var table = new PageTable<X64L4>(arena);
        var range = IovaRange.Of(new Iova(1UL << 40), bytes);
        var runs = new Run[4096];
        var (map, unmap, read) = (double.MaxValue, double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            map = Math.Min(map, Time(() => table.Map(range, new Pfn(1UL << 28), Permissions.ReadWrite, leaf)));
            read = Math.Min(read, Time(() =>
            {
                var cursor = new RunCursor(range);
                while (!cursor.IsAtEnd) table.ReadRuns(ref cursor, runs);
            }));
            unmap = Math.Min(unmap, Time(() => table.Unmap(range)));
        }

        return (map, unmap, read);
    }

    private static double Time(Action action)
    {
        var started = WorkClock.Now();
        action();
        return WorkClock.Now() - started;
    }
}
