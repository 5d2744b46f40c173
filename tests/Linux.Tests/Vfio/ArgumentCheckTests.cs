using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class ArgumentCheckTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;
    private const ulong Top = ulong.MaxValue - K4 + 1;

    [TestCase("6.1")]
    [TestCase("6.12")]
    [TestCase("6.15")]
    [TestCase("7.3")]
    public void Scenario_35_and_36_empty_and_unaligned_requests_are_EINVAL(string profile)
    {
        using var rig = Rig(profile);
        Assert.Multiple(() =>
        {
            Assert.That(rig.Map(Device, At, 0), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Map(Device, At, K4 + 1), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Map(Device + 1, At, K4), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Map(Device, At + 1, K4), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Map(Device, At, K4, Permissions.None), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Map(Device, At, K4, Permissions.ReadWrite | Permissions.Execute), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Map(Device, At, K4), Is.EqualTo(Errno.None));
        });
    }

    [TestCase("6.12", Errno.EINVAL)]
    [TestCase("7.3", Errno.EOVERFLOW)]
    public void Scenario_33_and_34_a_wrap_is_EOVERFLOW_since_7_3_and_EINVAL_before(string profile, Errno wrap)
    {
        using var rig = Rig(profile);
        Assert.That(rig.Map(Top, At, 2 * K4), Is.EqualTo(wrap));
        Assert.That(rig.Map(Device, Top, 2 * K4), Is.EqualTo(wrap));
        Assert.That(rig.Map(Top, At + 1, 2 * K4), Is.EqualTo(wrap), "7.3 sees the wrap before the alignment");
    }

    [Test]
    public void Scenario_32_in_6_12_a_mapping_that_ends_at_2_to_the_64_is_never_found_again()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux612, hasDomain: false);
        Assert.That(rig.Map(Top, At, K4), Is.EqualTo(Errno.None));
        Assert.That(rig.Map(Top, At, K4), Is.EqualTo(Errno.None), "not EEXIST");
        Assert.That(rig.Container.UnmapDma(new Iova(Top), K4, out var unmapped), Is.EqualTo(Errno.None));
        Assert.That(unmapped, Is.Zero);
        Assert.That(rig.Counters.Bugs, Is.EqualTo(KnownBugs.EndOfSpaceIsZero));
    }

    [TestCase("7.3", MapPath.Kernel)]
    [TestCase("6.12", MapPath.Fast)]
    public void Scenario_32_in_7_3_and_on_the_fast_path_it_is_a_mapping_like_any_other(string profile, MapPath path)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), path, hasDomain: false);
        Assert.That(rig.Map(Top, At, K4), Is.EqualTo(Errno.None));
        Assert.That(rig.Map(Top, At, K4), Is.EqualTo(Errno.EEXIST));
        Assert.That(rig.Container.UnmapDma(new Iova(Top), K4, out var unmapped), Is.EqualTo(Errno.None));
        Assert.That(unmapped, Is.EqualTo(K4));
        Assert.That(rig.Counters.Bugs, Is.EqualTo(KnownBugs.None));
    }

    [TestCase(Device - K4, 2 * K4, Errno.EEXIST)]
    [TestCase(Device + M2 - K4, 2 * K4, Errno.EEXIST)]
    [TestCase(Device - K4, M2 + (2 * K4), Errno.EEXIST)]
    [TestCase(Device + K4, K4, Errno.EEXIST)]
    [TestCase(Device - K4, K4, Errno.None)]
    [TestCase(Device + M2, K4, Errno.None)]
    public void Scenario_37_an_overlap_is_EEXIST_and_a_neighbour_is_not(ulong iova, ulong bytes, Errno expected)
    {
        foreach (var profile in KernelProfiles.All)
        {
            using var rig = Rig(profile.Name);
            rig.Map(Device, At, M2);
            Assert.That(rig.Map(iova, At, bytes), Is.EqualTo(expected), profile.Name);
        }
    }

    [Test]
    public void Scenario_38_and_39_overlap_beats_the_entry_limit_beats_the_windows()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, entryLimit: 1);
        rig.Mmap(At, Physical, M2);
        rig.Container.SetWindows(IovaRange.Of(new Iova(Device), G1));
        Assert.That(rig.Map(Device + G1, At, K4), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Map(Device, At, K4), Is.EqualTo(Errno.None));
        Assert.That(rig.Container.DmaAvailable, Is.Zero);
        Assert.That(rig.Map(Device, At, K4), Is.EqualTo(Errno.EEXIST));
        Assert.That(rig.Map(Device + G1, At, K4), Is.EqualTo(Errno.ENOSPC));
        rig.Unmap(Device, K4);
        Assert.That(rig.Container.DmaAvailable, Is.EqualTo(1));
    }

    [Test]
    public void Scenario_40_a_request_over_two_adjacent_windows_is_EINVAL()
    {
        using var rig = Rig("7.3");
        rig.Container.SetWindows(IovaRange.Of(new Iova(Device), M2), IovaRange.Of(new Iova(Device + M2), M2));
        Assert.That(rig.Map(Device + M2 - K4, At, 2 * K4), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Map(Device + M2 - K4, At, K4), Is.EqualTo(Errno.None));
    }

    [Test]
    public void Beyond_what_VTd_translates_is_outside_every_window([Values] MapPath path)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, path);
        rig.Mmap(At, Physical, M2);
        Assert.That(rig.Map((1UL << 48) - K4, At, 2 * K4), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Map((1UL << 48) - K4, At, K4), Is.EqualTo(Errno.None));
        Assert.That(rig.FrameAt((1UL << 48) - K4), Is.EqualTo(Physical >> Pfn.Shift));
        Assert.That(rig.Unmap((1UL << 48) - K4, K4), Is.EqualTo(Errno.None));
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
    }

    [Test]
    public void Without_windows_the_IOMMU_itself_refuses_what_it_cannot_translate([Values] MapPath path, [Values("6.12", "7.3")] string profile)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), path);
        rig.Mmap(At, Physical, M2);
        rig.Container.SetWindows();
        Assert.That(rig.Map((1UL << 48) - K4, At, 2 * K4), Is.EqualTo(Errno.ERANGE));
        Assert.That(rig.Map(Top, At, K4), Is.EqualTo(Errno.ERANGE));
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
        Assert.That(rig.Container.MappingCount, Is.Zero);
    }

    private static LinuxRig Rig(string profile)
    {
        var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile));
        rig.Mmap(At, Physical, 2 * M2);
        return rig;
    }
}
