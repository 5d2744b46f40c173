using Fast.PageTables;

namespace Fast.Linux;

/// <summary>An IOMMU domain in whose leaves the hardware notes that a device wrote.</summary>
/// <inheritdoc cref="IommuDomain{TFormat,TPin}"/>
public sealed class DirtyIommuDomain<TFormat, TPin> : IommuDomain<TFormat, TPin>
    where TFormat : struct, IRunFormat, IProtectFormat, IDirtyFormat
    where TPin : struct, IPinLoop<X64L4, TFormat>
{
    private const int RangesPerHarvest = 64;

    /// <summary>An empty domain whose tables lie in <paramref name="arena"/>.</summary>
    public DirtyIommuDomain(KernelProfile profile, TableArena arena, KernelCounters counters, bool isReadByLinux)
        : base(profile, arena, counters) => LinuxTracksWrites = isReadByLinux;

    /// <inheritdoc/>
    public override bool NotesWrites => true;

    /// <inheritdoc/>
    public override bool LinuxTracksWrites { get; }

    /// <inheritdoc/>
    public override bool Write(Iova iova) => Table.TryNoteWrite(iova);

    /// <inheritdoc/>
    internal override long HarvestDirty(IovaRange range, bool clear, in DirtyReport report)
    {
        Span<IovaRange> written = stackalloc IovaRange[RangesPerHarvest];
        var cursor = new RunCursor(range);
        while (!cursor.IsAtEnd)
        {
            var count = Table.HarvestDirty(ref cursor, written, clear);
            foreach (ref readonly var part in written[..count]) report.Add(part);
        }

        return (long)cursor.LeavesRead.Total;
    }
}
