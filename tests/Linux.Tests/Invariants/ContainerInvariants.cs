using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>What holds of a container whenever no call is under way (kernel.md, section 9). Each member is one invariant, by its name there.</summary>
internal static class ContainerInvariants
{
    /// <summary>All of them.</summary>
    /// <param name="rig">The machine.</param>
    /// <param name="frameOf">What the process has at an address: the frame that must be mapped.</param>
    /// <param name="who">What to say.</param>
    public static void Check(LinuxRig rig, Func<ulong, ulong?> frameOf, string who)
    {
        var dmas = Dmas(rig);
        Disjoint(rig, dmas, who);
        Available(rig, dmas, who);
        LockOrder(rig, who);
        Pins(rig, dmas, frameOf, who);
        Lock(rig, dmas, frameOf, who);
        MapAndCover(rig, dmas, frameOf, who);
        Reserved(rig, dmas, frameOf, who);
        Align(rig, who);
    }

    public static List<VfioDma> Dmas(LinuxRig rig)
    {
        var dmas = new List<VfioDma>();
        for (var index = 0; index < rig.Container.MappingCount; index++) dmas.Add(rig.Container.Mappings[index]);
        return dmas;
    }

    /// <summary>I-disjoint: mappings do not intersect, each lies in one window, everything is aligned, nothing wraps.</summary>
    public static void Disjoint(LinuxRig rig, List<VfioDma> dmas, string who)
    {
        for (var index = 0; index < dmas.Count; index++)
        {
            var dma = dmas[index];
            Assert.That(index == 0 || dmas[index - 1].Last < dma.Iova, Is.True, who);
            Assert.That(((dma.Iova.Value | dma.Va.Value | dma.Bytes) & (K4 - 1)) == 0 && dma.Bytes > 0 && dma.Last >= dma.Iova, Is.True, who);
            var windows = rig.Container.Windows;
            Assert.That(windows.Count == 0 || windows.Any(window => window.Contains(dma.Iova) && window.Contains(dma.Last)), Is.True, who);
        }
    }

    /// <summary>I-avail: entries left and entries used make the limit.</summary>
    public static void Available(LinuxRig rig, List<VfioDma> dmas, string who) =>
        Assert.That(rig.Container.DmaAvailable + dmas.Count, Is.EqualTo(Type1Container.DefaultEntryLimit), who);

    /// <summary>I-lockorder: the recorder saw no violation, or it would have thrown; and nothing is held.</summary>
    public static void LockOrder(LinuxRig rig, string who) => Assert.That(rig.Counters.Locks!.IsIdle, Is.True, who);

    /// <summary>I-pin and I-none: each normal page has one pin per mapping that holds it and one per external holder's page; no other page has any.</summary>
    public static void Pins(LinuxRig rig, List<VfioDma> dmas, Func<ulong, ulong?> frameOf, string who)
    {
        var expected = new Dictionary<ulong, int>();
        foreach (var dma in dmas)
        {
            for (ulong page = 0; dma.IsMapped && page < dma.Pages; page++) Count(frameOf(dma.Va.Value + (page * K4)));
            foreach (var iova in dma.External?.Iovas ?? []) Count(frameOf(dma.Va.Value + (iova - dma.Iova.Value)));
        }

        foreach (var (frame, pins) in expected) Assert.That(rig.Mm.StructPages.PinsOf(new Pfn(frame)), Is.EqualTo(pins), $"{who}: frame {frame:x}");
        Assert.That(rig.Mm.StructPages.Pinned, Is.EqualTo(expected.Values.Sum()), who);

        void Count(ulong? frame)
        {
            if (frame is { } normal && !rig.Mm.StructPages.IsInvalidReserved(new Pfn(normal))) expected[normal] = expected.GetValueOrDefault(normal) + 1;
        }
    }

    /// <summary>I-lock: what the process is charged is what its mappings are charged: the normal pages that they hold, none of a BAR.</summary>
    public static void Lock(LinuxRig rig, List<VfioDma> dmas, Func<ulong, ulong?> frameOf, string who)
    {
        Assert.That(rig.Mm.Locked.Pages, Is.EqualTo((ulong)dmas.Sum(dma => (long)dma.LockedPages)), who);
        foreach (var dma in dmas)
        {
            ulong normal = 0;
            for (ulong page = 0; page < dma.Pages; page++)
                normal += frameOf(dma.Va.Value + (page * K4)) is { } frame && !rig.Mm.StructPages.IsInvalidReserved(new Pfn(frame)) ? 1UL : 0;
            var external = (ulong)(dma.External?.Count ?? 0);
            Assert.That(dma.LockedPages, Is.EqualTo(dma.IsMapped ? normal : external), $"{who}: {dma.Iova}");
        }
    }

    /// <summary>I-map and I-cover: every domain translates every page of every mapping to the process's frame, and nothing else.</summary>
    public static void MapAndCover(LinuxRig rig, List<VfioDma> dmas, Func<ulong, ulong?> frameOf, string who)
    {
        foreach (var domain in rig.Container.Domains)
        {
            var cursor = new RunCursor(domain.Geometry.Aperture);
            var runs = new Run[16];
            ulong translated = 0;
            while (!cursor.IsAtEnd)
            {
                var count = domain.ReadRuns(ref cursor, runs);
                foreach (var run in runs.AsSpan(0, count)) translated += run.Pages;
            }

            Assert.That(translated, Is.EqualTo((ulong)dmas.Sum(dma => (long)dma.Pages)), $"{who}: pages translated");
            foreach (var dma in dmas)
            {
                for (ulong page = 0; page < dma.Pages; page++)
                {
                    var (frame, wanted) = (rig.FrameAt(dma.Iova.Value + (page * K4), domain), frameOf(dma.Va.Value + (page * K4)));
                    if (frame != wanted) Assert.Fail($"{who}: {dma.Iova} page {page} is {frame:x}, not {wanted:x}");
                }
            }
        }
    }

    /// <summary>I-rsvd: a mapping with a reserved frame says so.</summary>
    public static void Reserved(LinuxRig rig, List<VfioDma> dmas, Func<ulong, ulong?> frameOf, string who)
    {
        foreach (var dma in dmas.Where(dma => dma.IsMapped))
        {
            var any = false;
            for (ulong page = 0; page < dma.Pages && !any; page++) any = frameOf(dma.Va.Value + (page * K4)) is { } frame && rig.Mm.StructPages.IsInvalidReserved(new Pfn(frame));
            Assert.That(dma.HasReserved || !any, Is.True, who);
        }
    }

    /// <summary>I-align: the first frame of a leaf of the CPU's table is a multiple of the leaf.</summary>
    public static void Align(LinuxRig rig, string who)
    {
        var cursor = new RunCursor(IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte)));
        var runs = new Run[16];
        while (!cursor.IsAtEnd)
        {
            var count = rig.Mm.Table.ReadRuns(ref cursor, runs);
            foreach (var run in runs.AsSpan(0, count))
            {
                for (var at = run.Start.Value; at <= run.Last.Value;)
                {
                    Assert.That(rig.Mm.Table.Follow(new Iova(at), out var leaf), Is.True, who);
                    Assert.That(leaf.Pfn.Address.Value & leaf.Size.OffsetMask, Is.EqualTo(at & leaf.Size.OffsetMask), who);
                    at = (at & leaf.PageMask) + leaf.Size.Bytes;
                }
            }
        }
    }
}
