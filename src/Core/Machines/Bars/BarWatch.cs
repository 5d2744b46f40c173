using System.Diagnostics;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Time, allocation, progress and cancellation of an experiment. What a progress handler allocates is not the experiment's.</summary>
internal sealed class BarWatch
{
    private readonly IProgress<BarProgress>? _progress;
    private readonly long _mostSteps;
    private BarPhase _phase;
    private long _stepsBefore;
    private long _steps;
    private long _startTicks;
    private long _startBytes;

    public BarWatch(BarCase barCase, IProgress<BarProgress>? progress, CancellationToken cancellation)
    {
        _progress = progress;
        _mostSteps = (long)barCase.Pages;
        Resched = new CondResched(Look, cancellation);
    }

    /// <summary>To be asked by long operations.</summary>
    public CondResched Resched { get; }

    /// <summary>Managed bytes that all phases so far took.</summary>
    public long AllocatedBytes { get; private set; }

    public void Begin(BarPhase phase)
    {
        _phase = phase;
        _stepsBefore = _steps;
        _startBytes = GC.GetAllocatedBytesForCurrentThread();
        _startTicks = Stopwatch.GetTimestamp();
    }

    /// <summary>Ends a phase; returns its nanoseconds.</summary>
    public long End()
    {
        var elapsed = Stopwatch.GetElapsedTime(_startTicks);
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - _startBytes;
        return (long)elapsed.TotalNanoseconds;
    }

    /// <summary>Forgets what was allocated so far.</summary>
    public void Reset() => AllocatedBytes = 0;

    private void Look(long steps)
    {
        _steps = steps;
        if (_progress is null) return;
        var before = GC.GetAllocatedBytesForCurrentThread();
        _progress.Report(new BarProgress(_phase, Math.Min(steps - _stepsBefore, _mostSteps), _mostSteps));
        _startBytes += GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
