using System.Diagnostics.CodeAnalysis;

namespace Fast.Host;

/// <summary>What is to be mapped for DMA, in this process's address space at the wanted place. Gone when disposed.</summary>
internal sealed class PlacedMemory : IDisposable
{
    // Room on both sides, so that no other mapping of the process lies under the same table of 2 MiB leaves and VmPTE counts this one alone.
    private const ulong Margin = Congruent.Modulus;

    private readonly IHostCalls _calls;
    private readonly ulong _first;
    private readonly ulong _span;

    private PlacedMemory(IHostCalls calls, ulong first, ulong span, ulong va) => (_calls, _first, _span, Va) = (calls, first, span, va);

    /// <summary>Where it begins.</summary>
    public ulong Va { get; }

    /// <summary>Mmaps the whole stretch of a BAR that the part lies in, as a VMM does: the edges of an mmap keep larger leaves away.</summary>
    /// <param name="session">Whose device.</param>
    /// <param name="region">The BAR.</param>
    /// <param name="area">The stretch of it that may be mmapped.</param>
    /// <param name="wanted">Which part, and where.</param>
    /// <param name="physical">Where that part lies on the bus.</param>
    /// <exception cref="HostException">It cannot be mmapped.</exception>
    public static PlacedMemory OfBar(DmaSession session, VfioRegion region, VfioMappableArea area, MeasureCase wanted, ulong physical)
    {
        var calls = session.Calls;
        var what = $"mmap of {PageTables.BinarySize.Format(area.Bytes)} of BAR {region.Index}";
        var before = wanted.Offset - area.Offset;
        if (wanted.VaSkew is not { } skew)
        {
            var anywhere = calls.Map(MappingKind.Bar, 0, area.Bytes, session.Device, region.FileOffset + area.Offset);
            if (anywhere < 0) Refuse(what, anywhere);
            return new PlacedMemory(calls, (ulong)anywhere, area.Bytes, (ulong)anywhere + before);
        }

        return InReservation(calls, what, area.Bytes, physical - before + skew, before, at => calls.Map(MappingKind.BarFixed, at, area.Bytes, session.Device, region.FileOffset + area.Offset));
    }

    /// <summary>Mmaps ordinary memory; nothing is touched.</summary>
    /// <exception cref="HostException">There is none of that kind.</exception>
    public static PlacedMemory OfMemory(IHostCalls calls, MeasuredMemory kind, ulong bytes)
    {
        var what = $"mmap of {PageTables.BinarySize.Format(bytes)} of memory";
        if (kind is MeasuredMemory.Hugetlb2M or MeasuredMemory.Hugetlb1G)
        {
            var huge = calls.Map(kind == MeasuredMemory.Hugetlb2M ? MappingKind.Hugetlb2M : MappingKind.Hugetlb1G, 0, bytes, -1, 0);
            if (huge == -ErrnoName.Enomem) throw new HostException($"{what}: not enough free huge pages of {(kind == MeasuredMemory.Hugetlb2M ? "2M: see /proc/sys/vm/nr_hugepages" : "1G: see /sys/kernel/mm/hugepages/hugepages-1048576kB")}");
            if (huge < 0) Refuse(what, huge);
            return new PlacedMemory(calls, (ulong)huge, bytes, (ulong)huge);
        }

        return InReservation(calls, what, bytes, 0, 0, at =>
        {
            var result = calls.Map(MappingKind.MemoryFixed, at, bytes, -1, 0);
            // A kernel without transparent huge pages refuses the advice, and does what it says anyway.
            if (result >= 0) calls.Advise(at, bytes, kind == MeasuredMemory.Thp ? MemoryAdvice.HugePages : MemoryAdvice.NoHugePages);
            return result;
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _calls.Unmap(_first, _span);

    private static PlacedMemory InReservation(IHostCalls calls, string what, ulong bytes, ulong congruentTo, ulong before, Func<ulong, long> map)
    {
        var span = bytes + (3 * Margin);
        var reserved = calls.Map(MappingKind.Reservation, 0, span, -1, 0);
        if (reserved < 0) Refuse($"address space for {what}", reserved);
        var at = Congruent.AtOrAbove((ulong)reserved + Margin, congruentTo);
        var placed = new PlacedMemory(calls, (ulong)reserved, span, at + before);
        var result = map(at);
        if (result >= 0) return placed;
        placed.Dispose();
        Refuse(what, result);
        return placed;
    }

    [DoesNotReturn]
    private static void Refuse(string what, long result) => throw new HostException($"{what}: {ErrnoName.Describe((int)-result)}");
}
