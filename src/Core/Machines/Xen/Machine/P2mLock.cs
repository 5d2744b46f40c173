namespace Fast.Machines.Xen;

/// <summary>
/// A domain's p2m lock in simulated time: one writer at a time, in the order in which they asked. Readers (lookups of faults) hold it for no time that counts, but wait
/// for the writers before them. Xen: a read/write lock per p2m, recursive for its holder.
/// </summary>
public sealed class P2mLock
{
    private long _freeAt;

    /// <summary>Times that a writer held it.</summary>
    public ulong Holds { get; private set; }

    /// <summary>Nanoseconds that writers held it.</summary>
    public long HoldNanoseconds { get; private set; }

    /// <summary>Times that somebody had to wait, readers included.</summary>
    public ulong Waits { get; private set; }

    /// <summary>Nanoseconds that they waited.</summary>
    public long WaitNanoseconds { get; private set; }

    /// <summary>Longest wait.</summary>
    public long LongestWaitNanoseconds { get; private set; }

    /// <summary>Takes it for writing.</summary>
    /// <param name="now">When it is asked for.</param>
    /// <param name="nanoseconds">How long it is held.</param>
    /// <returns>When it is free again.</returns>
    public long Write(long now, long nanoseconds)
    {
        var start = Read(now);
        Holds++;
        HoldNanoseconds += nanoseconds;
        return _freeAt = start + nanoseconds;
    }

    /// <summary>Takes it for reading.</summary>
    /// <returns>When it was had.</returns>
    public long Read(long now)
    {
        if (_freeAt <= now) return now;
        var wait = _freeAt - now;
        Waits++;
        WaitNanoseconds += wait;
        LongestWaitNanoseconds = Math.Max(LongestWaitNanoseconds, wait);
        return _freeAt;
    }
}
