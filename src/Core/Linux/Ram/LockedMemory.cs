using Fast.PageTables;

namespace Fast.Linux;

/// <summary>What a process may lock and has locked: <c>mm->locked_vm</c>, RLIMIT_MEMLOCK and CAP_IPC_LOCK. Whoever pins pages for long charges them here.</summary>
public sealed class LockedMemory
{
    /// <summary>Pages that are charged (<c>locked_vm</c>).</summary>
    public ulong Pages { get; private set; }

    /// <summary>RLIMIT_MEMLOCK in bytes.</summary>
    public ulong LimitBytes { get; set; } = ulong.MaxValue;

    /// <summary>CAP_IPC_LOCK: the limit does not count, what is locked still does.</summary>
    public bool HasIpcLock { get; set; }

    /// <summary>The limit in whole pages.</summary>
    internal ulong LimitPages => LimitBytes >> Pfn.Shift;

    /// <summary>Charges pages (<c>__account_locked_vm</c>).</summary>
    /// <returns><see cref="Errno.ENOMEM"/> when the limit forbids it; nothing is charged then.</returns>
    internal Errno Charge(ulong pages, bool ignoresLimit)
    {
        if (!ignoresLimit && Pages + pages > LimitPages) return Errno.ENOMEM;
        Pages += pages;
        return Errno.None;
    }

    /// <summary>Takes a charge back.</summary>
    /// <exception cref="InvalidOperationException">More than was charged; Linux warns here.</exception>
    internal void Uncharge(ulong pages)
    {
        if (pages > Pages) throw new InvalidOperationException($"{pages} pages to be uncharged, but only {Pages} are charged");
        Pages -= pages;
    }
}
