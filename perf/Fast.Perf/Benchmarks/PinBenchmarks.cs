using BenchmarkDotNet.Attributes;
using Fast.PageTables;
using Fast.Perf.Layouts;

namespace Fast.Perf.Benchmarks;

/// <summary>What does it cost to read 32 GiB as runs, and to pin them into an IOMMU table? Per layout and scan variant.</summary>
public class PinBenchmarks
{
    private const ulong Bytes = 32UL << 30;
    private static readonly IovaRange Range = IovaRange.Of(Layouts.Layouts.Start, Bytes);
    private readonly Run[] _runs = new Run[1 << 20];
    private PageTable<X64L4> _source = null!;
    private PageTable<VtdSs4> _destination = null!;

    /// <summary>What stands in the source.</summary>
    [Params(Layout.Contiguous4K, Layout.EveryEighth4K, Layout.Contiguous2M, Layout.Contiguous1G)]
    public Layout Leaves { get; set; }

    /// <summary>How items are compared.</summary>
    [ParamsSource(nameof(Scans))]
    public ScanVariant Scan { get; set; }

    /// <summary>What this machine has.</summary>
    public static IEnumerable<ScanVariant> Scans => ScanVariants.Supported;

    /// <summary>Builds both tables.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _source = new PageTable<X64L4>(Layouts.Layouts.Arena(Bytes)) { Scan = Scan };
        Layouts.Layouts.Fill(_source, Leaves, Bytes);
        _destination = new PageTable<VtdSs4>(new TableArena());
    }

    /// <summary>Runs to a sink.</summary>
    [Benchmark]
    public int ReadRuns()
    {
        var cursor = new RunCursor(Range);
        var count = 0;
        while (!cursor.IsAtEnd) count += _source.ReadRuns(ref cursor, _runs);
        return count;
    }

    /// <summary>Fused pin, then unmap, so that the next round starts empty.</summary>
    [Benchmark]
    public ulong PinAndUnmap()
    {
        PageTablePins.Pin<X64L4ToVtdSs4, X64L4, VtdSs4>(_source, Range, _destination, Range.Start, Permissions.ReadWrite);
        return _destination.Unmap(Range).Total;
    }
}
