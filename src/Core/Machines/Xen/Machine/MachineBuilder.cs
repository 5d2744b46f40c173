using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>Builds the machine of settings: memory, dom0 and guest with their maps.</summary>
internal static class MachineBuilder
{
    private const ulong LeastTableBytes = 64UL << 20;

    /// <summary>Frames of a size.</summary>
    public static ulong PagesOf(ulong bytes) => bytes >> Pfn.Shift;

    /// <summary>The machine's frames.</summary>
    public static MachineMemory Memory(XenSettings settings, Random random)
    {
        var memory = new MachineMemory(PagesOf(settings.Dom0Bytes + settings.GuestBytes + settings.HeapBytes), PagesOf(settings.BarBytes));
        if (settings.Fragmentation > 0) Fragment(memory, settings.Fragmentation, random);
        return memory;
    }

    /// <summary>The guest: hardware-assisted, with a map of the same kind as a PVH dom0's.</summary>
    public static XenDomain Guest(XenSettings settings, MachineMemory memory)
    {
        var isAmd = settings.Dom0 == Dom0Mode.PvhNptMirrored;
        TranslationTable? iommu = settings.GuestIommu != GuestIommu.Own ? null : isAmd ? Table<XenAmdIommu>(settings) : Table<VtdSs4>(settings);
        var guest = new XenDomain(FrameOwner.Guest, settings.Vcpus, isAmd ? Table<XenNpt>(settings) : Table<XenEpt>(settings), iommu, settings.GuestIommu == GuestIommu.Shared);
        Populate(guest, memory, PagesOf(settings.GuestBytes));
        return guest;
    }

    /// <summary>A PVH dom0.</summary>
    public static XenDomain PvhDom0(XenSettings settings, MachineMemory memory)
    {
        var dom0 = settings.Dom0 switch
        {
            Dom0Mode.PvhEptShared => new XenDomain(FrameOwner.Dom0, settings.Vcpus, Table<XenEpt>(settings), null, sharesP2m: true),
            Dom0Mode.PvhEptMirrored => new XenDomain(FrameOwner.Dom0, settings.Vcpus, Table<XenEpt>(settings), Table<VtdSs4>(settings), sharesP2m: false),
            _ => new XenDomain(FrameOwner.Dom0, settings.Vcpus, Table<XenNpt>(settings), Table<XenAmdIommu>(settings), sharesP2m: false),
        };
        Populate(dom0, memory, PagesOf(settings.Dom0Bytes));
        return dom0;
    }

    /// <summary>A PV dom0, its frames in the order in which it sees them, and the identity map of its IOMMU.</summary>
    public static XenDomain PvDom0(XenSettings settings, MachineMemory memory, Random random, out Pfn[] frames)
    {
        frames = Scatter(Take(memory, PagesOf(settings.Dom0Bytes), FrameOwner.Dom0), (int)PagesOf(settings.ScatterBytes), random);
        var dom0 = new XenDomain(FrameOwner.Dom0, settings.Vcpus, null, Table<VtdSs4>(settings), sharesP2m: false);
        if (settings.StrictIdentity)
        {
            // Its own frames only: which they are does not depend on the order in which it sees them.
            foreach (var (first, pages) in Runs(frames.Order())) dom0.Iommu!.Set(first, first, pages, Permissions.ReadWrite, PageSize.Size1G, new TableChange());
        }
        else
        {
            dom0.Iommu!.Set(new Pfn(0), new Pfn(0), memory.RamPages, Permissions.ReadWrite, PageSize.Size1G, new TableChange());
        }

        return dom0;
    }

    /// <summary>Frames that follow each other, as stretches.</summary>
    public static IEnumerable<(Pfn First, ulong Pages)> Runs(IEnumerable<Pfn> frames)
    {
        var (first, pages) = (new Pfn(0), 0UL);
        foreach (var frame in frames)
        {
            if (pages > 0 && first + pages == frame)
            {
                pages++;
                continue;
            }

            if (pages > 0) yield return (first, pages);
            (first, pages) = (frame, 1);
        }

        if (pages > 0) yield return (first, pages);
    }

    /// <summary>An empty table of a format.</summary>
    public static TranslationTable<TFormat> Table<TFormat>(XenSettings settings)
        where TFormat : struct, IRunFormat, IProtectFormat, ISplitFormat
    {
        // Every page of a table could need an entry of 8 bytes at worst, and as much again for what is empty.
        var all = settings.Dom0Bytes + settings.GuestBytes + settings.HostmemBytes + settings.HeapBytes;
        return new TranslationTable<TFormat>(((all / 256) + LeastTableBytes) & ~0xFFFUL);
    }

    private static void Populate(XenDomain domain, MachineMemory memory, ulong pages)
    {
        var gfn = new Pfn(0);
        foreach (var (mfn, length) in Take(memory, pages, domain.Id))
        {
            domain.P2m!.Set(gfn, mfn, length, P2mTypes.PermissionsOf(P2mType.RamReadWrite), PageSize.Size1G, new TableChange());
            domain.Iommu?.Set(gfn, mfn, length, Permissions.ReadWrite, PageSize.Size1G, new TableChange());
            gfn += length;
        }
    }

    /// <summary>Takes frames in the largest blocks, as the builder of a domain does: 1 GiB, then 2 MiB, then 4 KiB.</summary>
    private static List<(Pfn Mfn, ulong Pages)> Take(MachineMemory memory, ulong pages, FrameOwner owner)
    {
        var blocks = new List<(Pfn, ulong)>();
        foreach (var order in (ReadOnlySpan<int>)[18, 9, 0])
        {
            while (pages >= 1UL << order && memory.TryTake(order, owner, out var mfn))
            {
                blocks.Add((mfn, 1UL << order));
                pages -= 1UL << order;
            }
        }

        return pages == 0 ? blocks : throw new InvalidOperationException($"the machine lacks {pages} frames for {owner}");
    }

    /// <summary>Frames in an order in which only stretches of <paramref name="stretch"/> keep together (Fisher and Yates).</summary>
    private static Pfn[] Scatter(List<(Pfn Mfn, ulong Pages)> blocks, int stretch, Random random)
    {
        var frames = new Pfn[blocks.Sum(each => (long)each.Pages)];
        var next = 0;
        foreach (var (mfn, pages) in blocks)
        {
            for (var i = 0UL; i < pages; i++) frames[next++] = mfn + i;
        }

        for (var left = frames.Length / stretch; left > 1; left--)
        {
            var (one, other) = ((left - 1) * stretch, random.Next(left) * stretch);
            for (var i = 0; i < stretch; i++) (frames[one + i], frames[other + i]) = (frames[other + i], frames[one + i]);
        }

        return frames;
    }

    private static void Fragment(MachineMemory memory, double share, Random random)
    {
        for (var start = 0UL; start + PageSize.Size1G.Pages <= memory.RamPages; start += PageSize.Size1G.Pages)
        {
            if (random.NextDouble() >= share) continue;
            // A frame in the middle of a block: what is left of it comes back in smaller blocks.
            var inside = start + (ulong)random.NextInt64((long)PageSize.Size1G.Pages);
            memory.Reserve(new Pfn(inside));
        }
    }
}
