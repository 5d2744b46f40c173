namespace Fast.Machines.Xen;

/// <summary>What happened to buffers, counted where it happened; what happened to tables is counted by <see cref="XenDomain"/> and <see cref="XenHypervisor"/>.</summary>
public sealed class BlobCounters
{
    private readonly List<long> _revocations = [];
    private readonly SortedDictionary<int, ulong> _failedOrders = [];

    /// <summary>Buffers made.</summary>
    public ulong Created { get; internal set; }

    /// <summary>Buffers that could not be made: no memory, no room.</summary>
    public ulong Refused { get; internal set; }

    /// <summary>Moves to the other memory.</summary>
    public ulong Migrations { get; internal set; }

    /// <summary>Moves that the strategy does not make.</summary>
    public ulong MigrationsAvoided { get; internal set; }

    /// <summary>Moves that could not be made: no memory, a move in progress, a guest that does not let go.</summary>
    public ulong MigrationsRefused { get; internal set; }

    /// <summary>Bytes copied.</summary>
    public ulong CopiedBytes { get; internal set; }

    /// <summary>Nanoseconds that copies took.</summary>
    public long CopyNanoseconds { get; internal set; }

    /// <summary>Accesses of guests.</summary>
    public ulong Touches { get; internal set; }

    /// <summary>Accesses that found nothing mapped.</summary>
    public ulong GuestFaults { get; internal set; }

    /// <summary>Nanoseconds that vCPUs of the guest stood still.</summary>
    public long StallNanoseconds { get; internal set; }

    /// <summary>Moves after which the caching that the guest was told is not the one of the memory any more.</summary>
    public ulong StaleCaching { get; internal set; }

    /// <summary>Pages that the guest gave up, at most at one time.</summary>
    public ulong MostBallooned { get; private set; }

    /// <summary>Pages that the guest gave up, all together.</summary>
    public ulong Ballooned { get; private set; }

    /// <summary>Memory that is set aside whether buffers use it or not, in bytes.</summary>
    public ulong ReservedBytes { get; internal set; }

    /// <summary>Stretches for the GPU of all buffers in memory of dom0 or the guest, added up.</summary>
    public ulong DeviceExtents { get; private set; }

    /// <summary>Buffers that <see cref="DeviceExtents"/> adds up.</summary>
    public ulong DeviceBuffers { get; private set; }

    /// <summary>Longest stretch for the GPU, in pages.</summary>
    public ulong LongestDevicePages { get; private set; }

    /// <summary>Exchanges that the heap could not serve, by order.</summary>
    public IReadOnlyDictionary<int, ulong> FailedOrders => _failedOrders;

    /// <summary>Revocations, those that were given up included.</summary>
    public int Revocations => _revocations.Count;

    /// <summary>Revocations that were not done within the budget.</summary>
    public int RevocationsOverBudget { get; private set; }

    /// <summary>Pages that the guest has given up now.</summary>
    internal ulong BalloonedNow { get; private set; }

    /// <summary>Longest revocation, in nanoseconds.</summary>
    public long LongestRevocation => _revocations.Count == 0 ? 0 : _revocations.Max();

    /// <summary>The revocation than which one in a hundred takes longer, in nanoseconds.</summary>
    public long RevocationP99
    {
        get
        {
            if (_revocations.Count == 0) return 0;
            var sorted = _revocations.Order().ToArray();
            return sorted[(int)Math.Ceiling(0.99 * sorted.Length) - 1];
        }
    }

    internal void Revoked(long nanoseconds, long budget, bool done)
    {
        _revocations.Add(nanoseconds);
        if (!done || nanoseconds > budget) RevocationsOverBudget++;
    }

    internal void OrderFailed(int order) => _failedOrders[order] = _failedOrders.GetValueOrDefault(order) + 1;

    internal void Balloon(ulong pages)
    {
        Ballooned += pages;
        BalloonedNow += pages;
        MostBallooned = Math.Max(MostBallooned, BalloonedNow);
    }

    internal void Deflate(ulong pages) => BalloonedNow -= pages;

    internal void SeenByDevice(int extents, ulong longest)
    {
        DeviceBuffers++;
        DeviceExtents += (ulong)extents;
        LongestDevicePages = Math.Max(LongestDevicePages, longest);
    }
}
