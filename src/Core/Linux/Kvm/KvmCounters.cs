namespace Fast.Linux;

/// <summary>What a VM's second stage cost. Each is incremented where the thing happens.</summary>
public record struct KvmCounters
{
    /// <summary>Guest page faults that were served: stage 2 had no translation that allowed the access.</summary>
    public long Stage2Faults { get; set; }

    /// <summary>Walks of the host's page table for them, misses included.</summary>
    public long HostWalks { get; set; }

    /// <summary>Times that such a fault began anew because something was invalidated meanwhile.</summary>
    public long Retries { get; set; }

    /// <summary>Attempts to take a reference on the page first; on a BAR each one fails.</summary>
    public long GupAttempts { get; set; }

    /// <summary>Stage-2 leaves that went because the host's translation was about to change or the memslot went.</summary>
    public long Stage2Zapped { get; set; }

    /// <summary>Host walks per fault.</summary>
    public readonly double WalksPerFault => Stage2Faults == 0 ? 0 : (double)HostWalks / Stage2Faults;
}
