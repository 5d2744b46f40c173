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
    public void Lookups_are_leaves_and_breaks_and_faults(DoNotSize<uint>[] pieces)
    {
        if (pieces.Length == 0) return;
        var areas = new List<(ulong Va, ulong Physical, ulong Pages)>();
        var va = At;
        ulong physical = 0;
        foreach (var bits in pieces.Select(piece => piece.Item))
        {
            var pages = 1 + (bits % 1500);
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
            foreach (var warm in (bool[])[false, true]) CheckFormula(profile, areas, warm);
        }
    }

    private static void CheckFormula(KernelProfile profile, List<(ulong Va, ulong Physical, ulong Pages)> areas, bool warm)
    {
        using var rig = new LinuxRig(profile);
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
            Is.EqualTo((steps + breaks, steps + breaks, steps + breaks + faults, faults, 0L, 1 + breaks)),
            $"{profile.Name} {(warm ? "warm" : "cold")} {string.Join(' ', areas)}");
        Assert.That(rig.Counters.Locks!.Taken[(int)ModelledLock.MmapRead], Is.EqualTo(steps + breaks), "mmap read lock round trips");
        // Unmap: a question per page and one more for each run but the last; and as many flushes as 512 runs at a time take.
        rig.Unmap(Device, (ulong)pages * K4);
        Assert.That((rig.Unmapped.IovaToPhys, rig.Unmapped.IotlbSyncs), Is.EqualTo((pages + breaks, (breaks + 512) / 512)));
    }

    /// <summary>lab.md, section 4: cut at 2 MiB bounds where the addresses agree modulo 2 MiB; the rest by 4 KiB.</summary>
    private static long Leaves(KernelProfile profile, (ulong Va, ulong Physical, ulong Pages) area)
    {
        var (first, last) = (area.Va, area.Va + (area.Pages * K4));
        if (profile.BarFault != BarFault.HugeOrders || (area.Va ^ area.Physical) % M2 != 0) return (long)area.Pages;
        var (low, high) = ((first + M2 - 1) / M2 * M2, last / M2 * M2);
        return low >= high ? (long)area.Pages : (long)((high - low) / M2) + (long)(area.Pages - ((high - low) / K4));
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
