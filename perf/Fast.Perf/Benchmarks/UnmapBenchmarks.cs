using BenchmarkDotNet.Attributes;
using Fast.PageTables;
using Fast.Perf.Layouts;

namespace Fast.Perf.Benchmarks;

/// <summary>What does it cost to take 1 GiB of 4 KiB leaves out: not looked at, counted, with the pages that hardware wrote? Each with the map that puts them back.</summary>
public class UnmapBenchmarks
{
    private const ulong Bytes = 1UL << 30;
    private static readonly IovaRange Range = IovaRange.Of(Layouts.Layouts.Start, Bytes);
    private readonly ulong[] _dirty = new ulong[Bytes >> 18];
    private PageTable<X64L4> _table = null!;

    /// <summary>An empty table.</summary>
    [GlobalSetup]
    public void Setup() => _table = new PageTable<X64L4>(Layouts.Layouts.Arena(Bytes));

    /// <summary>Nobody wants to know.</summary>
    [Benchmark]
    public bool MapAndDiscard()
    {
        Layouts.Layouts.Fill(_table, Layout.Contiguous4K, Bytes);
        return _table.TryDiscard(Range).IsDone;
    }

    /// <summary>Leaves counted.</summary>
    [Benchmark(Baseline = true)]
    public ulong MapAndUnmap()
    {
        Layouts.Layouts.Fill(_table, Layout.Contiguous4K, Bytes);
        return _table.Unmap(Range).Total;
    }

    /// <summary>Leaves counted, dirty bits returned.</summary>
    [Benchmark]
    public ulong MapAndUnmapWithDirtyBits()
    {
        Layouts.Layouts.Fill(_table, Layout.Contiguous4K, Bytes);
        return _table.TryUnmap(Range, _dirty).Leaves.Total;
    }
}
