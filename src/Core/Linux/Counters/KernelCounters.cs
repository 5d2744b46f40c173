namespace Fast.Linux;

/// <summary>The counters of one machine: the address space, the domains and the container of one experiment share them.</summary>
public sealed class KernelCounters
{
    internal MapCounters MapCounts;
    internal UnmapCounters UnmapCounts;
    internal MmCounters MmCounts;
    internal DomainCounters DomainCounts;

    /// <summary>What mapping did so far.</summary>
    public MapCounters Map => MapCounts;

    /// <summary>What unmapping did so far.</summary>
    public UnmapCounters Unmap => UnmapCounts;

    /// <summary>What changes of the address space did so far.</summary>
    public MmCounters Mm => MmCounts;

    /// <summary>What changes of mappings that stand did so far.</summary>
    public DomainCounters Domains => DomainCounts;

    /// <summary>Defects of the modelled kernel that showed so far.</summary>
    public KnownBugs Bugs { get; internal set; }

    /// <summary>Told of each step, or <see langword="null"/>.</summary>
    public StepTrace? Trace { get; init; }

    /// <summary>Watches the order of locks, or <see langword="null"/>.</summary>
    public LockRecorder? Locks { get; init; }

    /// <summary>Back to zero.</summary>
    public void Reset() => (MapCounts, UnmapCounts, MmCounts, DomainCounts, Bugs) = (default, default, default, default, KnownBugs.None);
}
