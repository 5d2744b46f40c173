using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>What the fast path does with mappings that stand: other permissions, and what the hardware noted, over several domains.</summary>
public class StandingMappingTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [Test]
    public void Protect_changes_every_leaf_of_every_domain_once_and_nothing_else([Values(1, 3)] int domains)
    {
        using var rig = Rig(domains);
        var before = (rig.Mm.Locked.Pages, rig.Mm.StructPages.Pinned, rig.IommuLeaves.ToString());
        rig.Counters.Reset();
        Assert.That(rig.Container.ProtectDma(new Iova(Device), 8 * M2, Permissions.Read), Is.EqualTo(Errno.None));
        Assert.That(rig.Counters.Domains, Is.EqualTo(new DomainCounters { LeavesProtected = (3 + 512) * domains }), "three of 2M, 512 of 4K, in each");
        Assert.That(rig.Unmapped.IotlbSyncs, Is.EqualTo(domains));
        foreach (var domain in rig.Container.Domains)
        {
            Assert.That(domain.Write(new Iova(Device)), Is.False);
            Assert.That(domain.Write(new Iova(Device + (5 * M2))), Is.False);
            Assert.That(domain.Write(new Iova(Device + (8 * M2))), Is.True, "behind the range");
            Assert.That(rig.FrameAt(Device + K4, domain), Is.EqualTo((Physical + K4) / K4));
        }

        Assert.That((rig.Mm.Locked.Pages, rig.Mm.StructPages.Pinned, rig.IommuLeaves.ToString()), Is.EqualTo(before), "pins, charges and sizes stay");
        Assert.That(rig.Container.ProtectDma(new Iova(Device), 8 * M2, Permissions.ReadWrite), Is.EqualTo(Errno.None));
        Assert.That(rig.Domain.Write(new Iova(Device)), Is.True);
        Assert.That(rig.Unmap(Device, 16 * M2), Is.EqualTo(Errno.None));
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void What_cannot_be_protected_changes_nothing()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, MapPath.Fast);
        // The second domain's format has no leaf that is written and not read.
        Assert.That(rig.Container.AttachDomain(rig.NewDomain(IommuKinds.Find("amdv2"))), Is.EqualTo(Errno.None));
        rig.Mmap(At, Physical, 2 * M2);
        rig.Mmap(At + (4 * M2), Physical + G1, M2, AreaFlags.Read | AreaFlags.Shared);
        rig.Map(Device, At, M2);
        rig.Map(Device + M2, At + M2, M2);
        rig.Map(Device + (2 * M2), At + (4 * M2), M2, Permissions.Read);
        var digests = rig.Container.Domains.Select(domain => domain.Digest()).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(rig.Container.ProtectDma(new Iova(Device), 2 * M2, Permissions.Write), Is.EqualTo(Errno.EINVAL), "one domain cannot say it");
            Assert.That(rig.Container.ProtectDma(new Iova(Device), 3 * M2, Permissions.ReadWrite), Is.EqualTo(Errno.EFAULT), "the process may not write the third");
            Assert.That(rig.Container.ProtectDma(new Iova(Device), M2 - K4, Permissions.Read), Is.EqualTo(Errno.EINVAL), "it would be cut");
            Assert.That(rig.Container.ProtectDma(new Iova(Device + K4), M2 - K4, Permissions.Read), Is.EqualTo(Errno.EINVAL), "it would be cut");
            Assert.That(rig.Container.ProtectDma(new Iova(Device), M2, Permissions.None), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Container.ProtectDma(new Iova(Device), 0, Permissions.Read), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Container.ProtectDma(new Iova(ulong.MaxValue - K4 + 1), 2 * K4, Permissions.Read), Is.EqualTo(Errno.EOVERFLOW));
            Assert.That(rig.Container.ProtectDma(new Iova(0), M2, Permissions.Read), Is.EqualTo(Errno.None), "nothing there");
        });
        Assert.That(rig.Container.Domains.Select(domain => domain.Digest()), Is.EqualTo(digests));
        Assert.That(ContainerInvariants.Dmas(rig).Select(dma => dma.Permissions), Is.EqualTo([Permissions.ReadWrite, Permissions.ReadWrite, Permissions.Read]));
    }

    [Test]
    public void A_harvest_reports_what_devices_wrote_through_any_domain_and_clears_it([Values("vtd", "amdv1")] string iommu)
    {
        using var rig = Rig(2, IommuKinds.Find(iommu));
        var second = rig.Container.Domains[1];
        var bitmap = new ulong[16 * 512 / 64];
        Assert.That(Harvest(rig, bitmap), Is.EqualTo(Errno.None));
        Assert.That(bitmap, Is.All.Zero);
        Assert.That(rig.Domain.Write(new Iova(Device + (4 * M2) + (7 * K4))), Is.True);
        Assert.That(second.Write(new Iova(Device + (4 * M2) + (9 * K4))), Is.True);
        Assert.That(second.Write(new Iova(Device + K4)), Is.True, "a large leaf");
        rig.Counters.Reset();
        Assert.That(Harvest(rig, bitmap, clear: false), Is.EqualTo(Errno.None));
        Assert.That(Harvest(rig, bitmap), Is.EqualTo(Errno.None));
        Assert.That(rig.Unmapped.IotlbSyncs, Is.EqualTo(2), "what is clean now must be noted anew; only where something was cleared");
        var pages = Enumerable.Range(0, bitmap.Length * 64).Where(page => (bitmap[page / 64] >> (page % 64) & 1) != 0).ToList();
        Assert.That(pages.Where(page => page >= 2048), Is.EqualTo([2048 + 7, 2048 + 9]));
        Assert.That(pages.Where(page => page < 2048).Count() % 512, Is.Zero, "the leaf whole, as large as it is there");
        Assert.That(pages, Does.Contain(1));
        Array.Clear(bitmap);
        Assert.That(Harvest(rig, bitmap), Is.EqualTo(Errno.None));
        Assert.That(bitmap, Is.All.Zero);
        Assert.That(rig.Counters.Domains.LeavesHarvested, Is.Positive.And.LessThanOrEqualTo(2 * (2 + 512)));
    }

    [Test]
    public void Bits_of_a_range_that_starts_inside_of_nothing_stand_where_they_belong()
    {
        using var rig = Rig(1);
        rig.Domain.Write(new Iova(Device + (4 * M2) + (63 * K4)));
        rig.Domain.Write(new Iova(Device + (4 * M2) + (64 * K4)));
        var bitmap = new ulong[10];
        var start = Device + (4 * M2) - (3 * K4);
        Assert.That(rig.Container.HarvestDirty(new Iova(Device + (3 * M2) - K4), 2 * M2, bitmap), Is.EqualTo(Errno.EINVAL), "the BAR would be cut");
        Assert.That(rig.Container.HarvestDirty(new Iova(start), M2 + (3 * K4), bitmap), Is.EqualTo(Errno.None));
        Assert.That(bitmap, Is.EqualTo(new ulong[] { 0, 3UL << 2, 0, 0, 0, 0, 0, 0, 0, 0 }));
    }

    [Test]
    public void What_no_hardware_notes_and_what_Linux_has_no_call_for_is_refused()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, MapPath.Fast);
        rig.Container.AttachDomain(rig.NewDomain(new IommuKind<VtdSs4, X64L4ToVtdSs4>("blind", "VT-d without dirty bits")));
        rig.Mmap(At, Physical, M2);
        rig.Map(Device, At, M2);
        rig.Domain.Write(new Iova(Device));
        var bitmap = new ulong[8];
        Assert.That(rig.Container.HarvestDirty(new Iova(Device), M2, bitmap), Is.EqualTo(Errno.EOPNOTSUPP));
        Assert.That(bitmap, Is.All.Zero);
        Assert.That(rig.Container.HarvestDirty(new Iova(Device), M2, new ulong[7]), Is.EqualTo(Errno.EINVAL), "no room");

        using var kernel = new LinuxRig(KernelProfiles.Linux73);
        kernel.Mmap(At, Physical, M2);
        kernel.Map(Device, At, M2);
        Assert.That(kernel.Container.HarvestDirty(new Iova(Device), M2, bitmap), Is.EqualTo(Errno.EOPNOTSUPP));
        Assert.That(kernel.Container.ProtectDma(new Iova(Device), M2, Permissions.Read), Is.EqualTo(Errno.EOPNOTSUPP));
    }

    [Test]
    public void At_frame_0_and_at_2_to_the_64_everything_works_in_six_levels([Values(1, 2)] int domains)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, MapPath.Fast, iommu: IommuKinds.AmdV1);
        for (var more = 1; more < domains; more++) rig.Container.AttachDomain(rig.NewDomain(IommuKinds.AmdV1));
        rig.Mmap(At, 0, 2 * M2);
        rig.MmapRam(At + G1, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 3));
        const ulong top = ulong.MaxValue - M2 + 1;
        Assert.That(rig.Map(0, At, 2 * M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Map(top, At + G1, M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Map(top, At + G1, M2), Is.EqualTo(Errno.EEXIST));
        Assert.That((rig.FrameAt(0), rig.FrameAt(ulong.MaxValue & ~(K4 - 1))), Is.EqualTo(((ulong?)0, (ulong?)((Ram / K4) + 511 + 2))));
        Assert.That(rig.Domain.Write(new Iova(ulong.MaxValue)), Is.True);
        Assert.That(rig.Domain.Write(new Iova(0)), Is.True);
        var bitmap = new ulong[8];
        Assert.That(rig.Container.HarvestDirty(new Iova(top), M2, bitmap), Is.EqualTo(Errno.None));
        Assert.That(bitmap[7] >> 63, Is.EqualTo(1));
        Assert.That(rig.Container.ProtectDma(new Iova(top), M2, Permissions.Read), Is.EqualTo(Errno.None));
        Assert.That(rig.Container.ProtectDma(new Iova(0), 2 * M2, Permissions.Read), Is.EqualTo(Errno.None));
        Assert.That((rig.Domain.Write(new Iova(ulong.MaxValue)), rig.Domain.Write(new Iova(0))), Is.EqualTo((false, false)));
        var entries = rig.Counters.Domains.LeavesProtected;
        rig.Counters.Reset();
        Assert.That(rig.Container.UnmapDma(new Iova(0), 0, UnmapDmaFlags.All, out var unmapped), Is.EqualTo(Errno.None));
        Assert.That((unmapped, rig.Unmapped.LeavesVisited, rig.Counters.Bugs), Is.EqualTo((3 * M2, entries, KnownBugs.None)));
        RamScenarioTests.CheckEmpty(rig);
    }

    private static Errno Harvest(LinuxRig rig, ulong[] bitmap, bool clear = true) => rig.Container.HarvestDirty(new Iova(Device), 16 * M2, bitmap, clear);

    /// <summary>A BAR of three large leaves at 0, scattered memory at 4 x 2M, and another BAR at 8 x 2M.</summary>
    private static LinuxRig Rig(int domains, IommuKind? iommu = null)
    {
        var rig = new LinuxRig(KernelProfiles.Linux73, MapPath.Fast, iommu: iommu);
        for (var more = 1; more < domains; more++) rig.Container.AttachDomain(rig.NewDomain(iommu));
        rig.Mmap(At, Physical, 3 * M2);
        rig.MmapRam(At + (4 * M2), RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 512));
        rig.Mmap(At + (8 * M2), Physical + G1, M2);
        Assert.That(rig.Map(Device, At, 3 * M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Map(Device + (4 * M2), At + (4 * M2), M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Map(Device + (8 * M2), At + (8 * M2), M2), Is.EqualTo(Errno.None));
        return rig;
    }
}
