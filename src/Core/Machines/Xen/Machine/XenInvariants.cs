using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>What must hold between any two steps, found by reading the tables, the frames' owners and references, and the buffers; none of the counters.</summary>
internal static class XenInvariants
{
    private const ulong AllPages = 1UL << 36;
    private const int MostProblems = 8;

    /// <summary>What does not hold; at most a few.</summary>
    public static IEnumerable<string> Problems(BlobHost host) => All(host).Take(MostProblems);

    private static IEnumerable<string> All(BlobHost host)
    {
        var memory = host.Xen.Memory;
        var references = new byte[memory.RamPages];
        // What each domain makes of each frame of RAM: its type plus one, or 0.
        var (dom0, guest) = (new byte[memory.RamPages], new byte[memory.RamPages]);
        return Reach(host, host.Dom0, dom0, references)
            .Concat(Reach(host, host.Guest, guest, references))
            .Concat(Rules(host, dom0, guest))
            .Concat(Device(host))
            .Concat(Balance(memory, references));
    }

    /// <summary>Reads a domain's map; whoever maps a foreign frame or a grant holds a reference on it.</summary>
    private static IEnumerable<string> Reach(BlobHost host, XenDomain domain, byte[] seen, byte[] references)
    {
        if (domain.P2m is not { } p2m) yield break;
        var memory = host.Xen.Memory;
        foreach (var run in p2m.RunsOf(new Pfn(0), AllPages))
        {
            var type = P2mTypes.TypeOf(run.Permissions);
            if (!memory.IsRam(run.Pfn))
            {
                if (!memory.IsBar(run.Pfn) || !memory.IsBar(run.Pfn + (run.Pages - 1)) || type is P2mType.RamReadWrite or P2mType.Foreign)
                    yield return $"{domain.Id} maps {run.Pfn} x {run.Pages} as {P2mTypes.NameOf(type)}, which is not RAM";
                continue;
            }

            for (var frame = run.Pfn.Value; frame < run.Pfn.Value + run.Pages; frame++)
            {
                if (seen[frame] != 0) yield return $"{domain.Id} maps {new Pfn(frame)} twice";
                seen[frame] = (byte)(type + 1);
                if (P2mTypes.HoldsReference(type)) references[frame]++;
            }
        }
    }

    /// <summary>Who may reach a frame as what.</summary>
    private static IEnumerable<string> Rules(BlobHost host, byte[] dom0, byte[] guest)
    {
        var memory = host.Xen.Memory;
        var given = Given(host);
        for (var frame = 0UL; frame < memory.RamPages; frame++)
        {
            var (byDom0, byGuest) = (dom0[frame] - 1, guest[frame] - 1);
            if (byDom0 < 0 && byGuest < 0) continue;
            var owner = memory.OwnerOf(new Pfn(frame));
            var dom0May = byDom0 < 0 || (P2mType)byDom0 switch
            {
                P2mType.RamReadWrite or P2mType.MmioDirect => owner == FrameOwner.Dom0,
                P2mType.Foreign => owner == FrameOwner.Guest,
                _ => false,
            };
            if (!dom0May) yield return $"dom0 maps {new Pfn(frame)} as {P2mTypes.NameOf((P2mType)byDom0)}, which is {owner}'s";
            var guestMay = byGuest < 0 || (P2mType)byGuest switch
            {
                P2mType.RamReadWrite => owner == FrameOwner.Guest,
                // Memory of dom0 is device memory for the guest only while dom0 takes it for such itself.
                P2mType.MmioDirect => owner == FrameOwner.Dom0 && byDom0 == (int)P2mType.MmioDirect && given[frame],
                P2mType.Lent or P2mType.Foreign or P2mType.GrantReadWrite => owner == FrameOwner.Dom0 && given[frame],
                _ => false,
            };
            if (!guestMay) yield return $"the guest reaches {new Pfn(frame)} as {P2mTypes.NameOf((P2mType)byGuest)}, which is {owner}'s{(given[frame] ? "" : " and of no buffer")}";
        }
    }

    /// <summary>Frames of dom0 that are the memory of a buffer now.</summary>
    private static bool[] Given(BlobHost host)
    {
        var given = new bool[host.Xen.Memory.RamPages];
        foreach (var buffer in host.Buffers.Values)
        {
            foreach (var extent in buffer.Backing.Extents.All)
            {
                if (buffer.Backing.Place == Place.Dom0Ram) given.AsSpan((int)extent.Mfn.Value, (int)extent.Pages).Fill(true);
            }
        }

        return given;
    }

    /// <summary>The device reaches what dom0's map says, or dom0's own frames, or the frames of buffers; nothing that was taken away.</summary>
    private static IEnumerable<string> Device(BlobHost host)
    {
        var memory = host.Xen.Memory;
        foreach (var problem in Mirror(host.Dom0, P2mType.Lent).Concat(Mirror(host.Guest, P2mType.Lent))) yield return problem;
        if (host.Pv is { } pv)
        {
            var given = Given(host);
            foreach (var run in pv.Context.RunsOf(new Pfn(0), AllPages))
            {
                for (var frame = run.Pfn.Value; frame < run.Pfn.Value + run.Pages; frame++)
                {
                    if (!given[frame] || memory.OwnerOf(new Pfn(frame)) != FrameOwner.Dom0) yield return $"the device's context maps {new Pfn(frame)}, which is of no buffer";
                }
            }

            foreach (var run in pv.StrictIdentity?.RunsOf(new Pfn(0), memory.RamPages) ?? [])
            {
                for (var frame = run.Pfn.Value; frame < run.Pfn.Value + run.Pages; frame++)
                {
                    if (memory.OwnerOf(new Pfn(frame)) != FrameOwner.Dom0) yield return $"the strict identity map holds {new Pfn(frame)}, which is {memory.OwnerOf(new Pfn(frame))}'s";
                }
            }
        }
    }

    /// <summary>A table of the IOMMU's own says what the domain's map says, but for types that devices may not reach.</summary>
    private static IEnumerable<string> Mirror(XenDomain domain, P2mType hidden)
    {
        if (domain is not { P2m: { } p2m, Iommu: { } mirror }) yield break;
        foreach (var run in mirror.RunsOf(new Pfn(0), AllPages))
        {
            for (var page = 0UL; page < run.Pages;)
            {
                var gfn = new Pfn((run.Start.Value >> Pfn.Shift) + page);
                if (!p2m.Follow(gfn, out var leaf) || leaf.Pfn != run.Pfn + page || P2mTypes.TypeOf(leaf.Permissions) == hidden)
                {
                    yield return $"the IOMMU maps {gfn} of {domain.Id} to {run.Pfn + page}, and {domain.Id} does not, or not for its devices";
                    break;
                }

                page += Math.Min(leaf.Size.Pages - (gfn.Value & (leaf.Size.Pages - 1)), run.Pages - page);
            }
        }

        var mapped = p2m.RunsOf(new Pfn(0), AllPages).Where(run => P2mTypes.TypeOf(run.Permissions) != hidden).Aggregate(0UL, (sum, run) => sum + run.Pages);
        if (mapped != mirror.Leaves.Pages) yield return $"{domain.Id} maps {mapped} pages for its devices, its IOMMU {mirror.Leaves.Pages}";
    }

    private static IEnumerable<string> Balance(MachineMemory memory, byte[] references)
    {
        var held = 0UL;
        for (var frame = 0UL; frame < memory.RamPages; frame++)
        {
            held += references[frame];
            if (memory.ReferencesOn(new Pfn(frame)) != references[frame])
                yield return $"{new Pfn(frame)} has {memory.ReferencesOn(new Pfn(frame))} references, and {references[frame]} entries hold one";
        }

        if (held != memory.References) yield return $"{memory.References} references are counted, and {held} entries hold one";
        var free = memory.CountOf(FrameOwner.Heap);
        if (free != memory.Heap.FreePages) yield return $"{free} frames belong to nobody, and the heap has {memory.Heap.FreePages}";
        if (memory.Heap.Blocks.Any(block => memory.OwnerOf(new Pfn(block.Mfn)) != FrameOwner.Heap)) yield return "the heap has a frame that somebody owns";
    }
}
