namespace Fast.Perf.Threads;

/// <summary>
/// Threads that wait for a start, so that what is timed is their work and not their creation. A <see cref="Barrier"/> would do, but allocates the lock of each of its events
/// when somebody first waits for it: 24 bytes in the middle of what is counted.
/// </summary>
public sealed class ThreadTeam : IDisposable
{
    private readonly AutoResetEvent[] _starts;
    private readonly Semaphore _ended;
    private readonly Thread[] _threads;
    private readonly ulong[] _results;
    private volatile bool _stopped;

    /// <summary>A team of <paramref name="count"/>, each doing <paramref name="work"/> with its number.</summary>
    public ThreadTeam(int count, Func<int, ulong> work)
    {
        (_ended, _results) = (new Semaphore(0, count), new ulong[count]);
        _starts = [.. Enumerable.Range(0, count).Select(_ => new AutoResetEvent(false))];
        _threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() => Loop(i, work)) { IsBackground = true })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>Lets all do their work once; the sum of what they return.</summary>
    public ulong RunAll()
    {
        foreach (var start in _starts) start.Set();
        foreach (var _ in _threads) _ended.WaitOne();
        ulong sum = 0;
        foreach (var result in _results) sum += result;
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        foreach (var start in _starts) start.Set();
        foreach (var thread in _threads) thread.Join();
        foreach (var start in _starts) start.Dispose();
        _ended.Dispose();
    }

    private void Loop(int index, Func<int, ulong> work)
    {
        while (true)
        {
            _starts[index].WaitOne();
            if (_stopped) return;
            _results[index] = work(index);
            _ended.Release();
        }
    }
}
