using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class FrameZeroTests
{
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [TestCase("6.1", 1, 1UL)]
    [TestCase("6.12", 1, 1UL)]
    [TestCase("6.15", 512, 512UL)]
    [TestCase("7.3", 512, 512UL)]
    public void Scenario_45_a_mapping_that_starts_at_frame_0_gets_wrong_frames_for_its_first_lookup(string profile, int wrongPages, ulong wrongFrame)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile));
        rig.Mmap(At, 0, 2 * M2);
        Assert.That(rig.Map(Device, At, 2 * M2), Is.EqualTo(Errno.None));
        for (ulong page = 0; page < 1024; page++)
        {
            var expected = page < (ulong)wrongPages ? wrongFrame + page : page;
            Assert.That(rig.FrameAt(Device + (page * K4)), Is.EqualTo(expected));
        }

        Assert.That(rig.Counters.Bugs, Is.EqualTo(KnownBugs.FrameZeroMeansUnset));
    }

    [TestCase("6.12")]
    [TestCase("7.3")]
    public void Scenario_46_physical_0_is_never_unmapped(string profile)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile));
        rig.Mmap(At, 0, K4);
        rig.Map(Device, At, K4);
        Assert.That(rig.FrameAt(Device), Is.Zero, "one lookup, so the first defect does not show");
        Assert.That(rig.Unmap(Device, K4), Is.EqualTo(Errno.None));
        Assert.That(rig.IommuLeaves.Total, Is.EqualTo(1));
        Assert.That(rig.Counters.Bugs, Is.EqualTo(KnownBugs.PhysicalZeroIsNeverUnmapped));
    }

    [TestCase("6.12", MapPath.Kernel, 1, 1L)]
    [TestCase("7.3", MapPath.Kernel, 1, 1L)]
    [TestCase("7.3", MapPath.Fast, 0, 0L)]
    public void Scenario_46_its_pin_leaks_with_the_translation(string profile, MapPath path, int leaves, long pins)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), path);
        rig.MmapRam(At, RamKind.Pages4K, (0UL, 16 * K4));
        Assert.That(rig.Map(Device, At, 16 * K4), Is.EqualTo(Errno.None));
        Assert.That(rig.Unmap(Device, 16 * K4), Is.EqualTo(Errno.None));
        Assert.That((rig.IommuLeaves.Total, rig.Mm.StructPages.Pinned), Is.EqualTo(((ulong)leaves, pins)));
        Assert.That(rig.Counters.Bugs, Is.EqualTo(leaves == 0 ? KnownBugs.None : KnownBugs.PhysicalZeroIsNeverUnmapped));
    }

    [Test]
    public void The_fast_path_is_right_at_frame_0()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, MapPath.Fast);
        rig.Mmap(At, 0, 2 * M2);
        Assert.That(rig.Map(Device, At, 2 * M2), Is.EqualTo(Errno.None));
        for (ulong page = 0; page < 1024; page++) Assert.That(rig.FrameAt(Device + (page * K4)), Is.EqualTo(page));
        Assert.That(rig.Unmap(Device, 2 * M2), Is.EqualTo(Errno.None));
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
        Assert.That(rig.Counters.Bugs, Is.EqualTo(KnownBugs.None));
    }
}
