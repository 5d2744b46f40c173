namespace Fast.PageTables.Interleaving.Tests;

/// <summary>
/// Runs scripts on threads of their own, of which only one moves at a time: before each access to an item, and after each store, a <see cref="Schedule"/> says who
/// goes on. Between a store and what its writer does next (give a table back, count an invalidation) others may therefore pass, too.
/// </summary>
internal sealed class Interleaver : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [ThreadStatic]
    private static Actor? _current;

    private readonly Actor[] _actors;
    private readonly SemaphoreSlim _done = new(0);
    private Schedule _schedule = new ByChance(0);
    private Action _watch = () => { };
    private uint _running;
    private volatile string? _problem;

    public Interleaver(int actors)
    {
        _actors = [.. Enumerable.Range(0, actors).Select(index => new Actor(this, index))];
        TableHooks.Before = access =>
        {
            if (access != TableAccess.Read || StopsAtReads) Yield();
        };
        TableHooks.After = (access, item) => _current?.Owner.Accessed(access, item);
    }

    /// <summary>Whether others may pass before a read, too; else at stores only, which leaves fewer interleavings to try.</summary>
    public bool StopsAtReads { get; set; } = true;

    /// <summary>Lets another actor pass here; nothing outside a run.</summary>
    public static void Yield() => _current?.Owner.Step(_current);

    /// <summary>Notes what went wrong in the run; the first problem counts.</summary>
    public void Report(string problem) => _problem ??= problem;

    /// <summary>Runs the scripts to their end.</summary>
    /// <param name="schedule">Who goes on.</param>
    /// <param name="watch">Called after each step, while nobody moves.</param>
    /// <param name="scripts">One for each actor.</param>
    /// <returns>What went wrong, or <see langword="null"/>.</returns>
    public string? Run(Schedule schedule, Action watch, params Action[] scripts)
    {
        (_schedule, _watch, _problem) = (schedule, watch, null);
        _running = (1u << scripts.Length) - 1;
        for (var i = 0; i < scripts.Length; i++) _actors[i].Script = scripts[i];
        _actors[schedule.Next(_running, 0)].Go.Release();
        // Who waits for somebody that is suspended waits for ever.
        if (!_done.Wait(Patience)) return "nobody moves any more";
        return _problem;
    }

    public void Dispose()
    {
        (TableHooks.Before, TableHooks.After) = (null, null);
        foreach (var actor in _actors) actor.Dispose();
        _done.Dispose();
    }

    private void Accessed(TableAccess access, ulong item)
    {
        if (item == TableArena.FreedItem) Report($"actor {_current!.Index} read a freed table");
        if (access != TableAccess.Read) Yield();
    }

    private void Step(Actor actor)
    {
        _watch();
        var next = _actors[_schedule.Next(_running, actor.Index)];
        if (next == actor) return;
        next.Go.Release();
        actor.Go.Wait();
    }

    private void Finish(Actor actor)
    {
        _watch();
        _running &= ~(1u << actor.Index);
        if (_running == 0) _done.Release();
        else _actors[_schedule.Next(_running, actor.Index)].Go.Release();
    }

    private sealed class Actor : IDisposable
    {
        private readonly Thread _thread;

        public Actor(Interleaver owner, int index)
        {
            (Owner, Index) = (owner, index);
            _thread = new Thread(Live) { IsBackground = true };
            _thread.Start();
        }

        public Interleaver Owner { get; }

        public int Index { get; }

        public SemaphoreSlim Go { get; } = new(0);

        public Action? Script { get; set; }

        public void Dispose()
        {
            Script = null;
            Go.Release();
            // One that is stuck in a run that failed stays behind.
            if (_thread.Join(1000)) Go.Dispose();
        }

        private void Live()
        {
            _current = this;
            while (true)
            {
                Go.Wait();
                if (Script is not { } script) return;
                try
                {
                    script();
                }
                catch (Exception failure) when (failure is not OutOfMemoryException)
                {
                    Owner.Report($"actor {Index}: {failure.Message}");
                }

                Owner.Finish(this);
            }
        }
    }
}
