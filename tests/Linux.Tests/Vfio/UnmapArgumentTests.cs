using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>kernel.md, section 1.9: the first version, everything at once, withdrawn addresses.</summary>
public class UnmapArgumentTests
{
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [Test]
    public void Scenario_50_all_wants_address_and_size_0([Values("6.1", "6.12", "7.3")] string profile, [Values] MapPath path)
    {
        using var rig = Mapped(profile, path);
        Assert.That(rig.Container.UnmapDma(new Iova(0), K4, UnmapDmaFlags.All, out _), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Container.UnmapDma(new Iova(K4), 0, UnmapDmaFlags.All, out _), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Container.UnmapDma(new Iova(0), 0, UnmapDmaFlags.All, out var unmapped), Is.EqualTo(Errno.None));
        Assert.That(unmapped, Is.EqualTo(12 * K4));
        RamScenarioTests.CheckEmpty(rig);
        Assert.That(rig.Container.UnmapDma(new Iova(0), 0, (UnmapDmaFlags)8, out _), Is.EqualTo(Errno.EINVAL));
    }

    [Test]
    public void The_first_version_removes_whole_what_starts_inside_and_nothing_that_starts_before([Values] MapPath path)
    {
        using var rig = Mapped("7.3", path, isV1: true);
        Assert.That(rig.Container.UnmapDma(new Iova(Device + K4), K4, out var unmapped), Is.EqualTo(Errno.None));
        Assert.That((unmapped, rig.Container.MappingCount), Is.EqualTo((0UL, 3)));
        Assert.That(rig.Container.UnmapDma(new Iova(Device), K4, out unmapped), Is.EqualTo(Errno.None));
        Assert.That((unmapped, rig.Container.MappingCount), Is.EqualTo((4 * K4, 2)));
    }

    [Test]
    public void A_withdrawn_address_is_given_anew_for_exactly_the_same_range()
    {
        using var rig = Mapped("7.3", MapPath.Kernel);
        var iova = new Iova(Device);
        Assert.That(rig.Container.MapDma(iova, new Va(At), 4 * K4, MapDmaFlags.Vaddr), Is.EqualTo(Errno.EINVAL), "it is not withdrawn");
        Assert.That(rig.Container.UnmapDma(iova, 4 * K4, UnmapDmaFlags.Vaddr, out var marked), Is.EqualTo(Errno.None));
        Assert.That((marked, rig.Container.VaInvalidCount, rig.Container.MappingCount), Is.EqualTo((4 * K4, 1, 3)));
        Assert.Multiple(() =>
        {
            Assert.That(rig.Container.AttachEmulated(new Mdev()), Is.EqualTo(Errno.EBUSY));
            Assert.That(rig.Container.MapDma(new Iova(Device + G1), new Va(At), K4, MapDmaFlags.Vaddr), Is.EqualTo(Errno.ENOENT));
            Assert.That(rig.Container.MapDma(iova, new Va(At), K4, MapDmaFlags.Vaddr), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Container.MapDma(iova, new Va(At), 4 * K4, MapDmaFlags.Vaddr | MapDmaFlags.Read), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Container.MapDma(iova, new Va(At + M2), 4 * K4, MapDmaFlags.Vaddr), Is.EqualTo(Errno.None));
        });
        Assert.That((rig.Container.VaInvalidCount, rig.Container.Mappings[0].Va), Is.EqualTo((0, new Va(At + M2))));
        Assert.That(rig.FrameAt(Device), Is.EqualTo(Ram / K4), "no translation changed");
    }

    [Test]
    public void Withdrawing_twice_is_EINVAL_and_takes_this_call_back()
    {
        using var rig = Mapped("7.3", MapPath.Kernel);
        rig.Container.UnmapDma(new Iova(Device + (8 * K4)), 4 * K4, UnmapDmaFlags.Vaddr, out _);
        Assert.That(rig.Container.UnmapDma(new Iova(0), 0, UnmapDmaFlags.Vaddr | UnmapDmaFlags.All, out var marked), Is.EqualTo(Errno.EINVAL));
        Assert.That((marked, rig.Container.VaInvalidCount), Is.EqualTo((0UL, 1)));
        Assert.That(rig.Container.UnmapDma(new Iova(0), 0, UnmapDmaFlags.All, out _), Is.EqualTo(Errno.None));
        Assert.That(rig.Container.VaInvalidCount, Is.Zero);
    }

    [Test]
    public void With_emulated_devices_no_address_can_be_withdrawn()
    {
        using var rig = Mapped("7.3", MapPath.Kernel);
        rig.Container.AttachEmulated(new Mdev());
        Assert.That(rig.Container.UnmapDma(new Iova(Device), 4 * K4, UnmapDmaFlags.Vaddr, out _), Is.EqualTo(Errno.EBUSY));
    }

    [TestCase("6.12", 1UL << 48, Errno.None)]
    [TestCase("7.3", ulong.MaxValue, Errno.None)]
    public void The_fast_path_and_7_3_map_and_unmap_the_last_page_of_AMDs_six_levels(string profile, ulong top, Errno expected)
    {
        foreach (var path in Enum.GetValues<MapPath>())
        {
            using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), path, iommu: IommuKinds.AmdV1);
            rig.MmapRam(At, RamKind.Thp, (Ram, 2 * M2));
            var iova = (top & ~(K4 - 1)) - M2 + (top == ulong.MaxValue ? K4 : 0);
            Assert.That(rig.Map(iova, At, M2), Is.EqualTo(expected));
            Assert.That(rig.FrameAt(iova + M2 - K4), Is.EqualTo((Ram + M2 - K4) / K4));
            Assert.That(rig.Map(iova, At, M2), Is.EqualTo(Errno.EEXIST));
            ContainerInvariants.Check(rig, va => (Ram + va - At) / K4, $"{path}");
            Assert.That(rig.Unmap(iova, M2), Is.EqualTo(Errno.None));
            RamScenarioTests.CheckEmpty(rig);
        }
    }

    [Test]
    public void Before_7_3_a_mapping_that_ends_at_2_to_the_64_stays_in_AMDs_tables_for_ever()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux612, iommu: IommuKinds.AmdV1);
        rig.MmapRam(At, RamKind.Thp, (Ram, M2));
        var iova = ulong.MaxValue - M2 + 1;
        Assert.That(rig.Map(iova, At, M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Container.UnmapDma(new Iova(iova), M2, out var unmapped), Is.EqualTo(Errno.None));
        Assert.That((unmapped, rig.FrameAt(iova), rig.Counters.Bugs), Is.EqualTo((0UL, Ram / K4, KnownBugs.EndOfSpaceIsZero)));
    }

    private static LinuxRig Mapped(string profile, MapPath path, bool isV1 = false)
    {
        var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), path, isV1: isV1);
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        for (ulong i = 0; i < 3; i++) Assert.That(rig.Map(Device + (4 * i * K4), At + (4 * i * K4), 4 * K4), Is.EqualTo(Errno.None));
        return rig;
    }
}
