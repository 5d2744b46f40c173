namespace Fast.Perf.Threads;

/// <summary>Threads that wait for a start, so that what is timed is their work and not their creation.</summary>
public sealed class ThreadTeam : IDisposable
{
    private readonly Barrier _start;
    private readonly Barrier _end;
    private readonly Thread[] _threads;
    private readonly ulong[] _results;
    private volatile bool _stopped;

    /// <summary>A team of <paramref name="count"/>, each doing <paramref name="work"/> with its number.</summary>
    public ThreadTeam(int count, Func<int, ulong> work)
    {
        (_start, _end, _results) = (new Barrier(count + 1), new Barrier(count + 1), new ulong[count]);
        _threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() => Loop(i, work)) { IsBackground = true })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>Lets all do their work once; the sum of what they return.</summary>
    public ulong RunAll()
    {
        _start.SignalAndWait();
        _end.SignalAndWait();
        ulong sum = 0;
        foreach (var result in _results) sum += result;
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        _start.SignalAndWait();
        foreach (var thread in _threads) thread.Join();
        _start.Dispose();
        _end.Dispose();
    }

    private void Loop(int index, Func<int, ulong> work)
    {
        while (true)
        {
            _start.SignalAndWait();
            if (_stopped) return;
            _results[index] = work(index);
            _end.SignalAndWait();
        }
    }
}
