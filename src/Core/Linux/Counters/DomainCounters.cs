namespace Fast.Linux;

/// <summary>What the fast path did to mappings that stand, over all domains. See <see cref="MapCounters"/>.</summary>
public record struct DomainCounters
{
    /// <summary>Entries whose permissions changed in place; a leaf that takes several counts as many.</summary>
    public long LeavesProtected { get; set; }

    /// <summary>Entries through which devices had written, and that were reported.</summary>
    public long LeavesHarvested { get; set; }
}
