using Fast.Linux;
using Fast.PageTables;
using FsCheck;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>The formulas of kernel.md, section 1.7, cold and warm, for any layout of BARs, and what each of the five patches moves.</summary>
public class CostFormulaProperties
{
    private const ulong Physical = 1024 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [FsCheck.NUnit.Property(MaxTest = 60, EndSize = 12, Replay = "20261120,7919")]
    public void I_count_lookups_are_leaves_and_breaks_and_faults(DoNotSize<uint>[] pieces) => CheckLayout(pieces, 1, 1500);

    [FsCheck.NUnit.Property(MaxTest = 3, EndSize = 3, Replay = "20261120,7927")]
    public void I_count_holds_where_leaves_of_1_GiB_fit_too(DoNotSize<uint>[] pieces) => CheckLayout([.. pieces.Take(2)], 500, 1400);

    [FsCheck.NUnit.Property(MaxTest = 60, EndSize = 10, Replay = "20261120,7919")]
    public void Memory_is_pinned_512_pages_at_a_time_once_each_and_mapped_by_the_run(DoNotSize<uint>[] pieces, byte domains, bool warm)
    {
        if (pieces.Length == 0) return;
        var stretches = new List<(ulong, ulong)>();
        var physical = 16 * G1;
        long pages = 0;
        foreach (var bits in pieces.Select(piece => piece.Item))
        {
            var length = 1 + (bits % 1300);
            physical += ((bits >> 11) & 1) * (1 + ((bits >> 12) & 7)) * K4;
            stretches.Add((physical, length * K4));
            physical += length * K4;
            pages += length;
        }

        var runs = 1 + stretches.Zip(stretches.Skip(1)).LongCount(pair => pair.First.Item1 + pair.First.Item2 != pair.Second.Item1);
        foreach (var profile in KernelProfiles.All)
        {
            using var rig = new LinuxRig(profile);
            for (var more = 0; more < domains % 3; more++) rig.Container.AttachDomain(rig.NewDomain());
            rig.MmapRam(At, RamKind.Pages4K, [.. stretches]);
            if (warm) rig.Warm(At, (ulong)pages * K4);
            Assert.That(rig.Map(Device, At, (ulong)pages * K4), Is.EqualTo(Errno.None));
            // A batch that ends in a single page is taken for a pfnmap's where a run begins with it, before patch 3: that page is pinned again.
            var again = rig.Mapped.Pins - pages;
            if (profile.Has(VfioPatches.BatchInside)) Assert.That(again, Is.Zero, profile.Name);
            else Assert.That(again, Is.InRange(0, 1), profile.Name);
            Assert.That(rig.Mapped.GupAttempts, Is.EqualTo(((pages + 511) / 512) + again), profile.Name);
            Assert.That((rig.Mapped.Chunks, rig.Mapped.IommuMapCalls), Is.EqualTo((runs, runs * (1 + (domains % 3)))), profile.Name);
            Assert.That((rig.Mm.StructPages.Pinned, rig.Mm.Locked.Pages), Is.EqualTo((pages, (ulong)pages)), profile.Name);
            Assert.That(rig.Counters.Locks!.Taken[(int)ModelledLock.MmapRead], Is.EqualTo(rig.Mapped.GupAttempts), "mmap read lock round trips");
        }
    }

    private static void CheckLayout(DoNotSize<uint>[] pieces, ulong scale, uint most)
    {
        if (pieces.Length == 0) return;
        var areas = new List<(ulong Va, ulong Physical, ulong Pages)>();
        var va = At;
        ulong physical = 0;
        foreach (var bits in pieces.Select(piece => piece.Item))
        {
            var pages = (1 + (bits % most)) * scale;
            physical = ((bits >> 11) & 3) switch
            {
                0 when areas.Count > 0 => physical,
                1 => Physical + ((bits >> 13) * G1) + (va % G1),
                2 => Physical + ((bits >> 13) * G1) + (va % M2),
                _ => Physical + ((bits >> 13) * G1) + ((va + K4) % G1),
            };
            areas.Add((va, physical, pages));
            va += pages * K4;
            physical += pages * K4;
        }

        foreach (var profile in KernelProfiles.All)
        {
            foreach (var warm in (bool[])[false, true]) CheckFormula(profile, areas, warm, 1 + (int)(pieces[0].Item % 2));
        }
    }

    private static void CheckFormula(KernelProfile profile, List<(ulong Va, ulong Physical, ulong Pages)> areas, bool warm, int domains)
    {
        using var rig = new LinuxRig(profile);
        for (var more = 1; more < domains; more++) rig.Container.AttachDomain(rig.NewDomain());
        foreach (var area in areas) rig.Mmap(area.Va, area.Physical, area.Pages * K4);
        var pages = (long)areas.Aggregate(0UL, (sum, area) => sum + area.Pages);
        if (warm) rig.Warm(At, (ulong)pages * K4);
        Assert.That(rig.Map(Device, At, (ulong)pages * K4), Is.EqualTo(Errno.None));
        var breaks = areas.Zip(areas.Skip(1)).LongCount(pair => pair.First.Physical + (pair.First.Pages * K4) != pair.Second.Physical);
        var leaves = areas.Sum(area => Leaves(profile, area));
        var faults = warm ? 0 : profile.BarFault == BarFault.HugeOrders ? leaves : areas.Count;
        var steps = profile.Has(VfioPatches.UseMask) ? leaves : pages;
        Assert.That(
            (rig.Mapped.VaddrGetPfns, rig.Mapped.GupAttempts, rig.Mapped.Lookups, rig.Mapped.Faults, rig.Mapped.Pins, rig.Mapped.IommuMapCalls),
            Is.EqualTo((steps + breaks, steps + breaks, steps + breaks + faults, faults, 0L, (1 + breaks) * domains)),
            $"{profile.Name} {(warm ? "warm" : "cold")} {string.Join(' ', areas)}");
        Assert.That(rig.Counters.Locks!.Taken[(int)ModelledLock.MmapRead], Is.EqualTo(steps + breaks), "mmap read lock round trips");
        // Unmap: a question per page and one more for each run but the last; and as many flushes as 512 runs at a time take.
        rig.Unmap(Device, (ulong)pages * K4);
        Assert.That((rig.Unmapped.IovaToPhys, rig.Unmapped.IotlbSyncs), Is.EqualTo((pages + breaks, ((breaks + 512) / 512) + domains - 1)), "and one flush for each further domain");
    }

    /// <summary>lab.md, section 4: cut at 1 GiB bounds where the addresses agree modulo 1 GiB, the rest at 2 MiB bounds where they agree modulo 2 MiB, the rest by 4 KiB.</summary>
    private static long Leaves(KernelProfile profile, (ulong Va, ulong Physical, ulong Pages) area)
    {
        if (profile.BarFault != BarFault.HugeOrders) return (long)area.Pages;
        return Cut(area.Va, area.Va + (area.Pages * K4), [G1, M2, K4]);

        long Cut(ulong first, ulong end, ReadOnlySpan<ulong> sizes)
        {
            if (first >= end) return 0;
            var size = sizes[0];
            if (size == K4) return (long)((end - first) / K4);
            var (low, high) = ((first + size - 1) / size * size, end / size * size);
            if ((area.Va ^ area.Physical) % size != 0 || low >= high) return Cut(first, end, sizes[1..]);
            return Cut(first, low, sizes[1..]) + (long)((high - low) / size) + Cut(high, end, sizes[1..]);
        }
    }

    // A BAR of two leaves with a break between them, memory of 1024 pages in one run, an external holder: what each patch moves on top of those before it.
    [TestCase("none", 1025, 1025, 1025, KnownBugs.ZeroPinIsAFrame, Errno.None)]
    [TestCase("1", 1025, 1025, 1025, KnownBugs.None, Errno.EFAULT)]
    [TestCase("1,2", 1025, 1025, 1025, KnownBugs.None, Errno.EFAULT)]
    [TestCase("1..3", 1025, 1025, 1025, KnownBugs.None, Errno.EFAULT)]
    [TestCase("1..4", 1025, 1025, 1025, KnownBugs.None, Errno.EFAULT)]
    [TestCase("1..5", 3, 3, 3, KnownBugs.None, Errno.EFAULT)]
    public void What_each_of_the_five_patches_moves(string patches, int pfns, int gups, int lookups, KnownBugs zeroBugs, Errno zeroErrno)
    {
        Assert.That(VfioPatchSet.TryParse(patches, out var set, out var error), Is.True, error);
        var profile = KernelProfiles.Linux612 with { Patches = set };
        using var rig = new LinuxRig(profile);
        rig.Mmap(At, Physical, M2);
        rig.Mmap(At + M2, Physical + G1, M2);
        rig.Warm(At, 2 * M2);
        Assert.That(rig.Map(Device, At, 2 * M2), Is.EqualTo(Errno.None));
        Assert.That((rig.Mapped.VaddrGetPfns, rig.Mapped.GupAttempts, rig.Mapped.Lookups, rig.Mapped.Chunks), Is.EqualTo(((long)pfns, (long)gups, (long)lookups, 2L)));

        using var zero = new LinuxRig(profile, failures: FailureScript.Of(FailurePoint.Gup, 1, 0));
        zero.MmapRam(At, RamKind.Pages4K, (16 * G1, M2));
        Assert.That((zero.Map(Device, At, M2), zero.Counters.Bugs), Is.EqualTo((zeroErrno, zeroBugs)));

        // Patch 2 and 3 are preparations: who holds pages and who pins memory sees no difference.
        using var ram = new LinuxRig(profile);
        ram.MmapRam(At, RamKind.Pages4K, (16 * G1, 2 * M2));
        ram.Container.AttachEmulated(new Mdev());
        Assert.That(ram.Map(Device, At, 2 * M2), Is.EqualTo(Errno.None));
        Assert.That(ram.Container.PinPages(new Iova(Device), Permissions.Read, new Pfn[1]), Is.EqualTo(Errno.None));
        Assert.That((ram.Mapped.VaddrGetPfns, ram.Mapped.Pins), Is.EqualTo((3L, 1025L)));

        // And with disable_hugepages, which patch 3 handles up front, a page is a chunk in any case.
        rig.Unmap(Device, 2 * M2);
        rig.Counters.Reset();
        rig.Container.DisablesHugepages = true;
        rig.Map(Device, At, 2 * M2);
        Assert.That((rig.Mapped.VaddrGetPfns, rig.Mapped.IommuMapCalls), Is.EqualTo((1024L, 1024L)));
    }
}
