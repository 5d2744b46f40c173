namespace Fast.Machines.Xen;

/// <summary>What a process waits for: a time, or that somebody fires a signal.</summary>
/// <param name="Until">Nanoseconds since the beginning.</param>
/// <param name="Signal">The signal, or <see langword="null"/>.</param>
public readonly record struct Wait(long Until, Signal? Signal = null)
{
    /// <summary>Waits for a signal.</summary>
    public static Wait For(Signal signal) => new(0, signal);
}

/// <summary>Something that processes wait for; firing it lets all go on that wait now.</summary>
public sealed class Signal
{
    internal List<IEnumerator<Wait>> Waiting { get; } = [];
}

/// <summary>Processes in simulated time: each runs until it waits, the earliest goes on first, and of two at the same time the one that began to wait first. Nothing here looks at a clock.</summary>
public sealed class Simulation
{
    private readonly PriorityQueue<IEnumerator<Wait>, (long Time, long Turn)> _queue = new();
    private long _turn;

    /// <summary>Nanoseconds since the beginning.</summary>
    public long Now { get; private set; }

    /// <summary>Steps of processes so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Called after every step, for who checks what must hold then.</summary>
    public Action? AfterStep { get; set; }

    /// <summary>Starts a process at <paramref name="time"/>, or now.</summary>
    public void Start(IEnumerable<Wait> process, long time = 0)
    {
        ArgumentNullException.ThrowIfNull(process);
        Enqueue(process.GetEnumerator(), Math.Max(time, Now));
    }

    /// <summary>Lets all go on that wait for a signal.</summary>
    public void Fire(Signal signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        foreach (var process in signal.Waiting) Enqueue(process, Now);
        signal.Waiting.Clear();
    }

    /// <summary>Runs until <paramref name="end"/>, or until nothing is left to do.</summary>
    public void RunUntil(long end)
    {
        while (_queue.TryPeek(out _, out var next) && next.Time <= end) Step();
        Now = Math.Max(Now, end);
    }

    /// <summary>Runs until nothing is left to do.</summary>
    public void RunOut()
    {
        while (_queue.Count > 0) Step();
    }

    private void Step()
    {
        _queue.TryDequeue(out var process, out var at);
        Now = at.Time;
        Steps++;
        if (!process!.MoveNext()) process.Dispose();
        else if (process.Current.Signal is { } signal) signal.Waiting.Add(process);
        else Enqueue(process, Math.Max(Now, process.Current.Until));
        AfterStep?.Invoke();
    }

    private void Enqueue(IEnumerator<Wait> process, long time) => _queue.Enqueue(process, (time, _turn++));
}
