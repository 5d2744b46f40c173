using Fast.PageTables;

namespace Fast.Perf.Threads;

/// <summary>A thread that maps and unmaps a range over and over while somebody else works.</summary>
public sealed class BesideWriter : IDisposable
{
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _go = new();
    private volatile bool _stopped;

    /// <summary>Writes <paramref name="range"/> of <paramref name="table"/> whenever it is let.</summary>
    public BesideWriter(PageTable<VtdSs4> table, IovaRange range)
    {
        _thread = new Thread(() => Loop(table, range)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Does the work while the writer writes.</summary>
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

    private void Loop(PageTable<VtdSs4> table, IovaRange range)
    {
        while (true)
        {
            _go.Wait();
            if (_stopped) return;
            table.Map(range, new Pfn(0), Permissions.ReadWrite, PageSize.Size4K);
            table.Unmap(range);
        }
    }
}
