namespace Fast.Perf.Threads;

/// <summary>A thread that does the same over and over while somebody else works.</summary>
public sealed class BesideThread : IDisposable
{
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _go = new();
    private volatile bool _stopped;

    /// <summary>Does <paramref name="once"/> whenever it is let.</summary>
    public BesideThread(Action once)
    {
        _thread = new Thread(() => Loop(once)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Does the work while the thread does its own.</summary>
    public ulong While(Func<ulong> work)
    {
        _go.Set();
        try
        {
            return work();
        }
        finally
        {
            _go.Reset();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        _go.Set();
        _thread.Join();
        _go.Dispose();
    }

    private void Loop(Action once)
    {
        while (true)
        {
            _go.Wait();
            if (_stopped) return;
            once();
        }
    }
}
