using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class UnmapScenarioTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [Test]
    public void Scenario_47_a_range_that_cuts_a_mapping_removes_nothing([Values] MapPath path)
    {
        using var rig = Mapped(path);
        Assert.That(rig.Container.UnmapDma(new Iova(Device + K4), M2 - K4, out var unmapped), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Container.UnmapDma(new Iova(Device), M2 - K4, out unmapped), Is.EqualTo(Errno.EINVAL));
        Assert.That(unmapped, Is.Zero);
        Assert.That(rig.Container.MappingCount, Is.EqualTo(3));
    }

    [Test]
    public void Scenario_48_a_range_over_three_mappings_and_their_gaps_removes_all_three([Values] MapPath path)
    {
        using var rig = Mapped(path);
        Assert.That(rig.Container.UnmapDma(new Iova(Device - M2), 20 * M2, out var unmapped), Is.EqualTo(Errno.None));
        Assert.That(unmapped, Is.EqualTo(3 * M2));
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
    }

    [Test]
    public void Scenario_49_a_range_over_nothing_succeeds_with_0_bytes()
    {
        using var rig = Mapped(MapPath.Kernel);
        Assert.That(rig.Container.UnmapDma(new Iova(Device + M2), M2, out var unmapped), Is.EqualTo(Errno.None));
        Assert.That(unmapped, Is.Zero);
    }

    [TestCase("6.12", Errno.EINVAL)]
    [TestCase("7.3", Errno.EOVERFLOW)]
    public void Arguments_are_checked(string profile, Errno wrap)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile));
        Assert.That(rig.Unmap(Device, 0), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Unmap(Device + 1, K4), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Unmap(Device, K4 + 1), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Unmap(ulong.MaxValue - K4 + 1, 2 * K4), Is.EqualTo(wrap));
    }

    [TestCase("6.1")]
    [TestCase("6.12")]
    [TestCase("6.15")]
    [TestCase("7.3")]
    public void Scenario_52_a_BAR_is_asked_for_page_by_page_and_tested_page_by_page_in_every_kernel(string profile)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile));
        rig.Mmap(At, Physical, G1);
        rig.Map(Device, At, G1);
        rig.Counters.Reset();
        Assert.That(rig.Unmap(Device, G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Unmapped, Is.EqualTo(new UnmapCounters
        {
            IovaToPhys = 262_144, LeavesVisited = 262_144, IommuUnmapCalls = 1, IotlbSyncs = 1, ReservedTests = 262_144,
        }));
    }

    [Test]
    public void Each_discontinuity_costs_one_more_question_and_one_more_unmap()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        for (ulong area = 0; area < 1300; area++) rig.Mmap(At + (area * K4), Physical + (area * M2), K4);
        Assert.That(rig.Map(Device, At, 1300 * K4), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped.Chunks, Is.EqualTo(1300));
        rig.Counters.Reset();
        Assert.That(rig.Unmap(Device, 1300 * K4), Is.EqualTo(Errno.None));
        Assert.That(rig.Unmapped, Is.EqualTo(new UnmapCounters
        {
            IovaToPhys = 1300 + 1299, LeavesVisited = 1300 + 1299, IommuUnmapCalls = 1300, IotlbSyncs = 3, ReservedTests = 1300,
        }), "at most 512 stretches wait for one flush");
    }

    [Test]
    public void The_fast_path_removes_leaves_asks_nothing_and_flushes_once()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, MapPath.Fast);
        rig.Mmap(At, Physical, 4 * G1);
        rig.Map(Device + M2, At, 4 * G1);
        rig.Counters.Reset();
        Assert.That(rig.Unmap(Device + M2, 4 * G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Unmapped, Is.EqualTo(new UnmapCounters { LeavesVisited = 2048, IotlbSyncs = 1 }));
    }

    private static LinuxRig Mapped(MapPath path)
    {
        var rig = new LinuxRig(KernelProfiles.Linux73, path);
        rig.Mmap(At, Physical, 3 * M2);
        for (ulong i = 0; i < 3; i++) Assert.That(rig.Map(Device + (3 * i * M2), At + (i * M2), M2), Is.EqualTo(Errno.None));
        return rig;
    }
}
