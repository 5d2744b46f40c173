using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>Executes a layout on real tables and reads back every leaf: what <see cref="CpuLeg"/> and <see cref="IommuLeg"/> only foresee.</summary>
public static class LayoutExecution
{
    private const AreaFlags Shared = AreaFlags.Shared;
    private const AreaFlags ReadWrite = AreaFlags.Read | AreaFlags.Write;

    /// <summary>The leaves of both tables, in the order of the BAR, as stretches without reasons.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="cancellation">Looked at every few thousand steps.</param>
    public static (IReadOnlyList<LeafStretch> Cpu, IReadOnlyList<LeafStretch> Iommu, Errno Errno) Run(BarLayout layout, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(layout);
        using var cpuArena = new TableArena();
        using var iommuArena = new TableArena();
        var counters = new KernelCounters();
        var profile = layout.EffectiveProfile;
        var mm = new AddressSpace(profile, cpuArena, counters) { ThpPolicy = layout.Thp, Resched = new CondResched(_ => { }, cancellation) };
        var domain = layout.Iommu.CreateDomain(profile, iommuArena, counters);
        var bar = new VfioPciBar(new VfioPciDevice(), Pfn.Of(layout.Physical), layout.SharesPage ? PageSize.Size4K.Bytes - 1 : layout.Bytes);
        var errno = Mmap(layout, bar, mm);
        if (errno == Errno.None) errno = MapForDevice(layout, bar, mm, domain, counters);
        // The guest touches the rest of it sooner or later.
        foreach (var area in layout.Areas)
        {
            if (!layout.SharesPage) mm.Populate(new Va(area.Address), area.Bytes, write: false);
        }

        return (layout.SharesPage ? [] : ReadCpu(layout, mm), errno == Errno.None ? ReadIommu(layout, domain) : [], errno);
    }

    /// <summary>Executes the layout of a BAR; whether every leaf of both tables is as the rules foresee.</summary>
    public static bool Agrees(ExplainedBar bar, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(bar);
        var (cpu, iommu, errno) = Run(bar.Layout, cancellation);
        var isMapped = bar.Layout.IsMappedForDevice;
        return Joined(bar.Cpu).SequenceEqual(Joined(cpu)) && Joined(bar.Iommu).SequenceEqual(Joined(iommu)) && (errno == Errno.None) == isMapped;
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
    private static List<LeafStretch> ReadIommu(BarLayout layout, IommuDomain domain)
    {
        var leaves = new List<LeafStretch>();
        foreach (var section in layout.Sections)
        {
            for (ulong done = 0; done < section.Bytes;)
            {
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
