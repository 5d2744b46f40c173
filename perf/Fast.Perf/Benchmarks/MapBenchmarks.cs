using BenchmarkDotNet.Attributes;
using Fast.PageTables;

namespace Fast.Perf.Benchmarks;

/// <summary>What does it cost to map a range and unmap it again? Per range of 1 GiB, so that both halves start from the same state.</summary>
public class MapBenchmarks
{
    private static readonly IovaRange Range = IovaRange.Of(Layouts.Layouts.Start, 1UL << 30);
    private PageTable<X64L4> _table = null!;

    /// <summary>Largest leaf, as log2.</summary>
    [Params(12, 21, 30)]
    public int LeafShift { get; set; }

    /// <summary>An empty table.</summary>
    [GlobalSetup]
    public void Setup() => _table = new PageTable<X64L4>(new TableArena());

    /// <summary>One call each.</summary>
    [Benchmark]
    public ulong MapAndUnmapRange()
    {
        _table.Map(Range, Layouts.Layouts.FirstPfn, Permissions.ReadWrite, new PageSize(LeafShift));
        return _table.Unmap(Range).Total;
    }

    /// <summary>A call per leaf.</summary>
    [Benchmark(Baseline = true)]
    public ulong MapAndUnmapOneByOne()
    {
        var size = new PageSize(LeafShift);
        ulong leaves = 0;
        for (ulong offset = 0; offset < Range.Bytes; offset += size.Bytes)
            _table.Map(IovaRange.Of(Range.Start + offset, size.Bytes), Layouts.Layouts.FirstPfn + (offset >> Pfn.Shift), Permissions.ReadWrite, size);
        for (ulong offset = 0; offset < Range.Bytes; offset += size.Bytes) leaves += _table.Unmap(IovaRange.Of(Range.Start + offset, size.Bytes)).Total;
        return leaves;
    }
}
