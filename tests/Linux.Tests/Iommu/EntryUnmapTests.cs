using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>What becomes of entries that are larger than what is unmapped.</summary>
public class EntryUnmapTests
{
    [TestCase("vtd", "6.12", 2 * M2)]
    [TestCase("vtd", "7.3", 2 * M2)]
    [TestCase("amdv1", "6.12", 4 * M2)]
    [TestCase("amdv1", "7.3", 4 * M2)]
    [TestCase("riscv-sv48", "7.3", 2 * M2)]
    public void An_entry_that_the_end_cuts_goes_whole_and_that_is_what_is_reported(string iommu, string profile, ulong removed)
    {
        using var rig = Mapped(iommu, profile);
        Assert.That(rig.Domain.UnmapFast(new Iova(4 * G1), M2 + K4), Is.EqualTo(removed));
        Assert.That(rig.FrameAt((4 * G1) + removed - K4), Is.Null);
        Assert.That(rig.FrameAt((4 * G1) + removed) is null, Is.EqualTo(removed == 4 * M2));
    }

    [TestCase("vtd", "6.15", M2)]
    [TestCase("vtd", "7.3", 0UL)]
    [TestCase("amdv1", "6.15", 4 * M2)]
    [TestCase("amdv1", "7.3", 0UL)]
    public void An_entry_that_the_start_cuts_goes_whole_with_a_driver_and_stays_with_generic_tables(string iommu, string profile, ulong removed)
    {
        using var rig = Mapped(iommu, profile);
        Assert.That(rig.Domain.UnmapFast(new Iova((4 * G1) + K4), K4), Is.EqualTo(removed));
        Assert.That(rig.FrameAt(4 * G1) is null, Is.EqualTo(removed != 0));
    }

    [TestCase("6.12", 1, "2 x 2M")]
    [TestCase("7.3", 1, "2 x 2M")]
    public void Nothing_is_removed_where_nothing_is(string profile, int calls, string left)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile));
        Assert.That(rig.Domain.Map(new Iova(4 * G1), new Pfn(8 * G1 / K4), 2 * M2 / K4, Permissions.ReadWrite), Is.EqualTo(Errno.None));
        Assert.That(rig.Domain.UnmapFast(new Iova(8 * G1), K4), Is.Zero);
        Assert.That(rig.Unmapped.IommuUnmapCalls, Is.EqualTo(calls));
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo(left));
    }

    // kernel.md's rows for AMD: iova, physical, bytes, groups of a driver, leaves.
    [TestCase(32 * G1, 64 * G1, 32 * G1, 1, "1 x 32G")]
    [TestCase(0UL, 0UL, 3 * K4, 2, "1 x 8K + 1 x 4K")]
    [TestCase(512 * G1, 1024 * G1, 512 * G1, 1, "2 x 256G")]
    [TestCase(1024 * G1, 4096 * G1, 1024 * G1, 1, "1 x 1T")]
    [TestCase(32 * G1, (64 * G1) + (16 * K4), 32 * G1, 1, "524288 x 64K")]
    [TestCase(32 * G1, (64 * G1) + M2, 32 * G1, 1, "16384 x 2M")]
    public void AMD_writes_the_sizes_that_iommu_pgsize_chooses(ulong iova, ulong physical, ulong bytes, int groups, string leaves)
    {
        foreach (var profile in KernelProfiles.All)
        {
            using var rig = new LinuxRig(profile, iommu: IommuKinds.AmdV1);
            Assert.That(rig.Domain.Map(new Iova(iova), new Pfn(physical / K4), bytes / K4, Permissions.ReadWrite), Is.EqualTo(Errno.None));
            Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo(leaves), profile.Name);
            Assert.That((rig.Mapped.IommuMapCalls, rig.Mapped.TableMapCalls), Is.EqualTo((1L, profile.IommuTables == IommuTableCode.Generic ? 1L : groups)), profile.Name);
            if (physical != 0) Assert.That(rig.FrameAt(iova + bytes - K4), Is.EqualTo((physical + bytes - K4) / K4));
        }
    }

    /// <summary>8 MiB at addresses that agree modulo 8 MiB: one entry for AMD, four for others.</summary>
    private static LinuxRig Mapped(string iommu, string profile)
    {
        var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), iommu: IommuKinds.Find(iommu));
        Assert.That(rig.Domain.Map(new Iova(4 * G1), new Pfn(8 * G1 / K4), 4 * M2 / K4, Permissions.ReadWrite), Is.EqualTo(Errno.None));
        return rig;
    }
}
