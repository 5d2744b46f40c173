namespace Fast.Linux;

/// <summary>What changes of an address space did to its tables, beside the faults that <see cref="MapCounters"/> counts.</summary>
public record struct MmCounters
{
    /// <summary>Leaves that were cleared because only a part of what they map changed (<c>__split_huge_pmd</c>, <c>__split_huge_pud</c> of a pfnmap).</summary>
    public long LeavesCut { get; set; }

    /// <summary>Leaves that a zap or an unmap removed.</summary>
    public long LeavesZapped { get; set; }

    /// <summary>Leaves whose permissions changed in place.</summary>
    public long LeavesProtected { get; set; }

    /// <summary>Leaves that moved with their area (<c>move_page_tables</c>).</summary>
    public long LeavesMoved { get; set; }

    /// <summary>Leaves that a fork copied (<c>copy_page_range</c>).</summary>
    public long LeavesCopied { get; set; }

    /// <summary>Calls of a driver's fault handler, whatever the design calls it, refusals included.</summary>
    public long HandlerCalls { get; set; }

    /// <summary>Entries that pointed to a table and became a leaf: only where remap overwrites them.</summary>
    public long EntriesOverwritten { get; set; }
}
