using BenchmarkDotNet.Attributes;
using Fast.PageTables;
using Fast.Perf.Layouts;
using Fast.Perf.References;

namespace Fast.Perf.Benchmarks;

/// <summary>What does generation buy over a loop with run-time parameters, and over generics written by hand? Nanoseconds per translation.</summary>
public class GenerationBenchmarks
{
    private const int Count = 1 << 16;
    private const ulong Bytes = (ulong)Count << 12;
    private PageTable<X64L4> _table = null!;

    /// <summary>Builds the table.</summary>
    [GlobalSetup]
    public void Setup() => _table = Layouts.Layouts.Build<X64L4>(Layouts.Layouts.Arena(Bytes), Layout.Contiguous4K, Bytes);

    /// <summary>Emitted.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public ulong Generated()
    {
        var (memory, root, sum) = (_table.Arena.Memory, _table.RootWord, 0UL);
        for (var i = 0UL; i < Count; i++) sum += X64L4.Translate(memory, root, Layouts.Layouts.Start + (i << 12)).Value;
        return sum;
    }

    /// <summary>Shifts and masks in fields.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public ulong RunTimeParameters()
    {
        var (memory, root, sum) = (_table.Arena.Memory, _table.RootWord, 0UL);
        for (var i = 0UL; i < Count; i++) sum += RuntimeFormat.X64L4.Translate(memory, root, (Layouts.Layouts.Start + (i << 12)).Value);
        return sum;
    }

    /// <summary>Static abstract constants.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public ulong ByHand()
    {
        var (memory, root, sum) = (_table.Arena.Memory, _table.RootWord, 0UL);
        for (var i = 0UL; i < Count; i++) sum += HandWritten.Translate<HandX64L4>(memory, root, (Layouts.Layouts.Start + (i << 12)).Value);
        return sum;
    }
}
