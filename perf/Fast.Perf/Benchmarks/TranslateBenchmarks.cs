using BenchmarkDotNet.Attributes;
using Fast.PageTables;
using Fast.Perf.Layouts;

namespace Fast.Perf.Benchmarks;

/// <summary>What does a translation cost, in order and at random, one by one, with a cursor, in batches? Nanoseconds per translation.</summary>
public class TranslateBenchmarks
{
    private const int Count = 1 << 16;
    private const ulong Bytes = 8UL << 30;
    private readonly Iova[] _inputs = new Iova[Count];
    private readonly PhysicalAddress[] _outputs = new PhysicalAddress[Count];
    private PageTable<X64L4> _table = null!;

    /// <summary>Whether addresses come in order.</summary>
    [Params(true, false)]
    public bool InOrder { get; set; }

    /// <summary>Builds the table and the addresses.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _table = Layouts.Layouts.Build<X64L4>(Layouts.Layouts.Arena(Bytes), Layout.Contiguous4K, Bytes);
        var random = new Random(20260101);
        for (var i = 0; i < Count; i++)
            _inputs[i] = Layouts.Layouts.Start + (InOrder ? (ulong)i << 12 : (ulong)random.NextInt64((long)Bytes));
    }

    /// <summary>One by one.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public ulong OneByOne()
    {
        for (var i = 0; i < Count; i++) _outputs[i] = _table.Translate(_inputs[i]);
        return _outputs[^1].Value;
    }

    /// <summary>With a cursor.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public ulong Cursor()
    {
        var cursor = _table.Cursor();
        for (var i = 0; i < Count; i++) _outputs[i] = cursor.Translate(_inputs[i]);
        return _outputs[^1].Value;
    }

    /// <summary>As a batch.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public int Batch() => _table.Translate(_inputs, _outputs);
}
