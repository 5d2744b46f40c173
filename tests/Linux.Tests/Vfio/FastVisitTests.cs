using Fast.Linux;
using Fast.PageTables;
using FsCheck;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>The fast path looks at each leaf once, whatever is mapped for however many domains: what it counts is what the tables hold.</summary>
public class FastVisitTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [Test]
    public void Warm_cold_and_half_warm_each_leaf_is_read_once([Values(0UL, M2, K4)] ulong skew, [Values(0, 1, 2, 5)] int warm, [Values(1, 3)] int domains)
    {
        using var rig = Rig(domains);
        const ulong bytes = 5 * M2;
        rig.Mmap(At + skew, Physical, bytes);
        // Nothing, the first page, something in the middle, everything.
        if (warm == 1) rig.Warm(At + skew, K4);
        if (warm == 2) rig.Warm(At + skew + (2 * M2), M2 + K4);
        if (warm == 5) rig.Warm(At + skew, bytes);
        rig.Counters.Reset();
        Assert.That(rig.Map(Device, At + skew, bytes), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped.LeavesVisited, Is.EqualTo((long)CpuLeaves(rig)));
        Assert.That((rig.Mapped.Lookups, rig.Mapped.GupAttempts, rig.Mapped.VaddrGetPfns), Is.EqualTo((0L, 0L, 0L)), "nothing is looked up and thrown away");
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("5 x 2M"), "also across what was missing");
        CheckUnmap(rig, domains, 5 * M2);
    }

    [FsCheck.NUnit.Property(MaxTest = 80, EndSize = 10, Replay = "20261120,7919")]
    public void Memory_and_BARs_in_any_order_are_read_once_and_removed_once(DoNotSize<uint>[] pieces, byte more)
    {
        if (pieces.Length == 0) return;
        var domains = 1 + (more % 3);
        using var rig = Rig(domains, more % 2 == 0 ? IommuKinds.Vtd : IommuKinds.AmdV1);
        var va = At;
        ulong place = 0;
        foreach (var bits in pieces.Select(piece => piece.Item))
        {
            place += 8 * M2;
            var pages = 1 + (bits % 700);
            var physical = ((bits >> 10) & 1) == 0 ? va % M2 : K4 * ((bits >> 11) & 7);
            if (((bits >> 20) & 1) == 0) rig.Mmap(va, Physical + place + physical, pages * K4);
            else rig.MmapRam(va, ((bits >> 21) & 1) == 0 ? RamKind.Pages4K : RamKind.Thp, (Ram + place + physical, pages * K4));
            if (((bits >> 22) & 3) == 0) Assert.That(rig.Mm.Populate(new Va(va), (1 + (bits % pages)) * K4, write: true), Is.EqualTo(Errno.None));
            va += pages * K4;
        }

        rig.Counters.Reset();
        Assert.That(rig.Map(Device, At, va - At), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped.LeavesVisited, Is.EqualTo((long)CpuLeaves(rig)));
        CheckUnmap(rig, domains, va - At);
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void Scattered_pages_go_back_after_the_flush_that_covers_them([Values(1, 2)] int domains)
    {
        using var rig = Rig(domains);
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, 5 * M2, 2560));
        Assert.That(rig.Map(Device, At, 5 * M2), Is.EqualTo(Errno.None));
        rig.Counters.Reset();
        Assert.That(rig.Unmap(Device, 5 * M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Unmapped, Is.EqualTo(new UnmapCounters { LeavesVisited = 2560 * domains, Unpins = 2560, IotlbSyncs = 3 + (domains - 1) }), "1024 runs wait for one flush");
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void No_table_is_left_behind([Values] bool isRam, [Values("vtd", "amdv1")] string iommu)
    {
        using var rig = Rig(1, IommuKinds.Find(iommu));
        var before = rig.Domain.TableBytes;
        if (isRam) rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, G1, 262_144 / 8));
        else rig.Mmap(At, Physical + K4, G1);
        for (var time = 0; time < 3; time++)
        {
            Assert.That(rig.Map(0, At, G1), Is.EqualTo(Errno.None));
            Assert.That(rig.Unmap(0, G1), Is.EqualTo(Errno.None));
        }

        // A root that grew stays grown, and a table above the range's is another range's, too.
        Assert.That(rig.Domain.TableBytes, Is.LessThanOrEqualTo(before + (2 * K4)));
    }

    private static void CheckUnmap(LinuxRig rig, int domains, ulong bytes)
    {
        var entries = rig.Container.Domains.Sum(Entries);
        rig.Counters.Reset();
        Assert.That(rig.Unmap(Device, bytes), Is.EqualTo(Errno.None));
        Assert.That(rig.Unmapped.LeavesVisited, Is.EqualTo(entries));
        Assert.That((rig.Unmapped.IovaToPhys, rig.Unmapped.IommuUnmapCalls, rig.Unmapped.ReservedTests), Is.EqualTo((0L, 0L, 0L)));
        Assert.That(rig.Unmapped.IotlbSyncs, Is.GreaterThanOrEqualTo(domains));
        Assert.That(rig.Container.Domains.All(domain => domain.CountLeafSizes().Total == 0));
    }

    /// <summary>Entries that a domain's leaves take, by its own counting.</summary>
    private static long Entries(IommuDomain domain)
    {
        var cursor = new RunCursor(domain.Geometry.Aperture);
        var runs = new Run[64];
        while (!cursor.IsAtEnd) domain.ReadRuns(ref cursor, runs);
        return (long)cursor.LeavesRead.Total;
    }

    private static ulong CpuLeaves(LinuxRig rig) => rig.Mm.Table.CountLeaves(IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte))).Total;

    private static LinuxRig Rig(int domains, IommuKind? iommu = null)
    {
        var rig = new LinuxRig(KernelProfiles.Linux73, MapPath.Fast, iommu: iommu);
        for (var more = 1; more < domains; more++) Assert.That(rig.Container.AttachDomain(rig.NewDomain(iommu)), Is.EqualTo(Errno.None));
        return rig;
    }
}
