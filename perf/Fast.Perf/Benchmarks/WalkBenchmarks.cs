using BenchmarkDotNet.Attributes;
using Fast.PageTables;
using Fast.Perf.Layouts;

namespace Fast.Perf.Benchmarks;

/// <summary>What does one lookup cost? Emitted against a loop with run-time parameters; nanoseconds per lookup.</summary>
public class WalkBenchmarks
{
    private const int Lookups = 4096;
    private const ulong Bytes = 1UL << 30;
    private PageTable<X64L4> _table = null!;

    /// <summary>Leaf size.</summary>
    [Params(Layout.Contiguous4K, Layout.Contiguous2M, Layout.Contiguous1G)]
    public Layout Leaves { get; set; }

    /// <summary>Builds the table.</summary>
    [GlobalSetup]
    public void Setup() => _table = Layouts.Layouts.Build<X64L4>(Layouts.Layouts.Arena(Bytes), Leaves, Bytes);

    /// <summary>The plain walker.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Lookups)]
    public ulong ReferenceWalk()
    {
        ulong sum = 0;
        for (var i = 0UL; i < Lookups; i++)
            sum += ReferenceWalker.Walk(X64L4.Facts, _table.Arena.Memory, _table.RootWord, Layouts.Layouts.Start + (i << 12), FormatLimits.None).Leaf.Pfn.Value;
        return sum;
    }

    /// <summary>The emitted walk, reserved bits checked.</summary>
    [Benchmark(OperationsPerInvoke = Lookups)]
    public ulong Walk()
    {
        ulong sum = 0;
        for (var i = 0UL; i < Lookups; i++) sum += _table.Walk(Layouts.Layouts.Start + (i << 12)).Leaf.Pfn.Value;
        return sum;
    }

    /// <summary>The emitted follow.</summary>
    [Benchmark(OperationsPerInvoke = Lookups)]
    public ulong Follow()
    {
        ulong sum = 0;
        for (var i = 0UL; i < Lookups; i++)
        {
            if (_table.Follow(Layouts.Layouts.Start + (i << 12), out var leaf)) sum += leaf.Pfn.Value;
        }

        return sum;
    }
}
