using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// The address space of a process (<c>mm_struct</c>): its areas, its page table, and how the kernel of <see cref="Profile"/> fills it. One thread at
/// a time, or under <see cref="MmapLock"/>; only <see cref="FollowLockless"/> asks for no lock.
/// </summary>
public sealed partial class AddressSpace
{
    /// <summary>Last byte that user space may map on x86-64 with four levels (<c>TASK_SIZE_MAX</c>: one page is kept free below 2^47).</summary>
    public const ulong LastUserByte = (1UL << 47) - 4096 - 1;

    private readonly AreaList _areas = new();
    private readonly KernelCounters _counters;
    private readonly bool _reportsMask;

    /// <summary>An empty address space whose tables lie in <paramref name="arena"/>.</summary>
    public AddressSpace(KernelProfile profile, TableArena arena, KernelCounters counters)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(counters);
        Profile = profile;
        _counters = counters;
        _reportsMask = profile.Has(VfioPatches.AddressMask);
        Table = new PageTable<X64L4>(arena);
    }

    /// <summary>How the kernel behaves.</summary>
    public KernelProfile Profile { get; }

    /// <summary>The system-wide setting for transparent huge pages.</summary>
    public ThpPolicy ThpPolicy { get; init; }

    /// <summary>Which frames are ordinary memory.</summary>
    public StructPages StructPages { get; init; } = new();

    /// <summary>Looks up whether a long operation should stop.</summary>
    public CondResched Resched { get; init; } = CondResched.Never;

    /// <summary>What the CPU walks.</summary>
    public PageTable<X64L4> Table { get; }

    /// <summary>The area that holds <paramref name="va"/>, or <see langword="null"/> (<c>vma_lookup</c>).</summary>
    public Area? FindArea(Va va) => _areas.Find(va);

    /// <summary>Adds an area (<c>mmap</c> with a fixed address that replaces nothing).</summary>
    internal Errno Insert(Area area)
    {
        if (area.Last < area.Start || area.Last.Value > LastUserByte) return Errno.ENOMEM;
        lock (MmapLock)
        {
            if (_areas.Intersects(area.Start, area.Last)) return Errno.EEXIST;
            _areas.Add(area);
        }

        return Errno.None;
    }
}
