using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>What an execution of a layout left in the tables.</summary>
/// <param name="Cpu">Leaves of the process's table, as stretches without reasons.</param>
/// <param name="Iommu">Leaves of the IOMMU's.</param>
/// <param name="Lookups"><c>vaddr_get_pfns</c> calls of the map.</param>
/// <param name="Errno">Why mapping failed, or none.</param>
public sealed record ExecutedLayout(IReadOnlyList<LeafStretch> Cpu, IReadOnlyList<LeafStretch> Iommu, ulong Lookups, Errno Errno);

/// <summary>Executes a layout on real tables and reads back every leaf: what <see cref="CpuLeg"/> and <see cref="IommuLeg"/> only foresee.</summary>
public static class LayoutExecution
{
    private const ulong LookEvery = (256UL << 20) - 1;
    private const AreaFlags Shared = AreaFlags.Shared;
    private const AreaFlags ReadWrite = AreaFlags.Read | AreaFlags.Write;

    /// <summary>Maps a BAR, touches all of it, and reads the leaves of both tables.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="progress">Told now and then how far it is, or <see langword="null"/>.</param>
    /// <param name="cancellation">Looked at every few thousand steps.</param>
    public static ExecutedLayout Run(BarLayout layout, IProgress<BarProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(layout);
        using var cpuArena = new TableArena();
        using var iommuArena = new TableArena();
        var counters = new KernelCounters();
        var profile = layout.EffectiveProfile;
        var most = (long)(layout.Bytes >> Pfn.Shift);
        var mm = new AddressSpace(profile, cpuArena, counters)
        {
            ThpPolicy = layout.Thp,
            Resched = new CondResched(steps => progress?.Report(new BarProgress(BarPhase.Map, Math.Min(steps, most), most)), cancellation),
        };
        var domain = layout.Iommu.CreateDomain(profile, iommuArena, counters);
        var bar = new VfioPciBar(new VfioPciDevice(), Pfn.Of(layout.Physical), layout.SharesPage ? PageSize.Size4K.Bytes - 1 : layout.Bytes);
        var errno = Mmap(layout, bar, mm);
        if (errno == Errno.None) errno = MapForDevice(layout, bar, mm, domain, counters);
        var lookups = errno == Errno.None ? (ulong)counters.Map.VaddrGetPfns : 0;
        if (layout.SharesPage) return new ExecutedLayout([], [], 0, errno);
        // The guest touches the rest of it sooner or later.
        foreach (var area in layout.Areas) mm.Populate(new Va(area.Address), area.Bytes, write: false);
        return new ExecutedLayout(ReadCpu(layout, mm), errno == Errno.None ? ReadIommu(layout, domain, cancellation) : [], lookups, errno);
    }

    /// <summary>Executes the layout of a BAR; whether every leaf of both tables is as the rules foresee, and the lookups are as many.</summary>
    public static bool Agrees(ExplainedBar bar, IProgress<BarProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(bar);
        var executed = Run(bar.Layout, progress, cancellation);
        return Joined(bar.Cpu).SequenceEqual(Joined(executed.Cpu)) && Joined(bar.Iommu).SequenceEqual(Joined(executed.Iommu))
            && executed.Lookups == bar.LookupsPerEvent && (executed.Errno == Errno.None) == bar.Layout.IsMappedForDevice;
    }

    /// <summary>Stretches with adjacent ones of equal leaves as one; those without a leaf are left out.</summary>
    public static IReadOnlyList<(ulong Offset, ulong Bytes, PageSize Leaf)> Joined(IEnumerable<LeafStretch> stretches)
    {
        ArgumentNullException.ThrowIfNull(stretches);
        var joined = new List<(ulong Offset, ulong Bytes, PageSize Leaf)>();
        foreach (var stretch in stretches)
        {
            if (stretch.Leaf is not { } leaf) continue;
            if (joined.Count > 0 && joined[^1] is var last && last.Leaf == leaf && last.Offset + last.Bytes == stretch.Offset) joined[^1] = last with { Bytes = last.Bytes + stretch.Bytes };
            else joined.Add((stretch.Offset, stretch.Bytes, leaf));
        }

        return joined;
    }

    private static Errno Mmap(BarLayout layout, VfioPciBar bar, AddressSpace mm)
    {
        foreach (var area in Mapped(layout.Areas))
        {
            var va = new Va(area.Address);
            var errno = bar.Mmap(mm, va, area.Offset, area.Bytes, ReadWrite | Shared, out _);
            if (errno == Errno.None && layout.IsAdvised) errno = mm.Madvise(va, area.Bytes, AreaFlags.HugePageAdvised);
            if (errno == Errno.None && layout.Protected is { } part && BusRange.Of(area.Offset, area.Bytes).Intersect(part) is { } inside)
                errno = mm.Mprotect(va + (inside.Start - area.Offset), inside.Bytes, AreaFlags.Read);
            if (errno != Errno.None) return errno;
        }

        return Errno.None;
    }

    /// <summary>What was mmapped in one piece: areas that only their rights tell apart were one before.</summary>
    private static IEnumerable<MappedPart> Mapped(IEnumerable<MappedPart> areas)
    {
        MappedPart? whole = null;
        foreach (var area in areas)
        {
            if (whole is { } before && area.Before == PartEdge.Protection) whole = before with { Bytes = before.Bytes + area.Bytes };
            else
            {
                if (whole is { } done) yield return done;
                whole = area;
            }
        }

        if (whole is { } last) yield return last;
    }

    private static Errno MapForDevice(BarLayout layout, VfioPciBar bar, AddressSpace mm, IommuDomain domain, KernelCounters counters)
    {
        var rights = layout.Protected is null ? Permissions.ReadWrite : Permissions.Read;
        var container = layout.Backend == MapBackend.Type1 ? new Type1Container(mm, domain, counters) : null;
        var ioas = new Ioas(mm, counters);
        if (container is null) ioas.AttachDomain(domain);
        foreach (var section in layout.Sections)
        {
            var iova = new Iova(section.Address);
            var area = layout.Areas.Last(area => area.Offset <= section.Offset);
            var va = new Va(area.Address + (section.Offset - area.Offset));
            var errno = Errno.None;
            if (container is not null) errno = container.MapDma(iova, va, section.Bytes, rights);
            else if (!layout.IsDmaBuf) errno = ioas.Map(iova, va, section.Bytes, rights);
            else if ((errno = BarDmaBuf.Export(bar, section.Offset, section.Bytes, out var buffer)) == Errno.None) errno = ioas.MapBuffer(iova, buffer!, 0, section.Bytes, rights);
            if (errno != Errno.None) return errno;
        }

        return Errno.None;
    }

    private static List<LeafStretch> ReadCpu(BarLayout layout, AddressSpace mm)
    {
        var leaves = new List<LeafStretch>();
        foreach (var area in layout.Areas)
        {
            for (ulong done = 0; done < area.Bytes;)
            {
                if (!mm.Table.Follow(new Iova(area.Address + done), out var leaf)) throw new InvalidOperationException($"nothing is mapped at {LeafWhy.Hex(area.Address + done)} after all of it was touched");
                Add(leaves, area.Offset + done, leaf.Size);
                done += leaf.Size.Bytes;
            }
        }

        return leaves;
    }

    /// <summary>Takes the entries out one by one: what goes with a page is the entry that held it.</summary>
    private static List<LeafStretch> ReadIommu(BarLayout layout, IommuDomain domain, CancellationToken cancellation)
    {
        var leaves = new List<LeafStretch>();
        foreach (var section in layout.Sections)
        {
            for (ulong done = 0; done < section.Bytes;)
            {
                if ((done & LookEvery) == 0) cancellation.ThrowIfCancellationRequested();
                var bytes = domain.UnmapFast(new Iova(section.Address + done), PageSize.Size4K.Bytes);
                if (bytes == 0) throw new InvalidOperationException($"nothing is mapped for the device at {LeafWhy.Hex(section.Address + done)}");
                Add(leaves, section.Offset + done, new PageSize((int)ulong.Log2(bytes)));
                done += bytes;
            }
        }

        return leaves;
    }

    private static void Add(List<LeafStretch> leaves, ulong offset, PageSize size)
    {
        if (leaves.Count > 0 && leaves[^1] is { } last && last.Leaf == size && last.Offset + last.Bytes == offset) leaves[^1] = last with { Bytes = last.Bytes + size.Bytes };
        else leaves.Add(new LeafStretch(offset, size.Bytes, size, []));
    }
}
