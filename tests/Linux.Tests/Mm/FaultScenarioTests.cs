using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Scenarios of faults and what a container's map makes of them.</summary>
public class FaultScenarioTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong At = 512 * G1;

    [Test]
    public void Scenario_31_after_a_toggle_leaves_are_as_large_as_before_and_a_slot_that_held_a_table_never_takes_1_GiB_until_munmap()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At, Physical, 2 * G1, ReadWrite | AreaFlags.NoHugePage);
        rig.Mm.FixupUserFault(new Va(At), write: true);
        rig.Mm.Madvise(new Va(At), 2 * G1, AreaFlags.HugePageAdvised);
        for (var toggle = 0; toggle < 2; toggle++)
        {
            rig.Device.SetMemoryDecode(false);
            rig.Device.SetMemoryDecode(true);
            rig.Warm(At, 2 * G1);
            Assert.That((Leaves(rig, 0), Leaves(rig, 1), Leaves(rig, 2)), Is.EqualTo((512UL, 511UL, 1UL)));
        }

        rig.Mm.Munmap(new Va(At), 2 * G1);
        rig.Mmap(At, Physical, 2 * G1);
        rig.Warm(At, 2 * G1);
        Assert.That((Leaves(rig, 0), Leaves(rig, 1), Leaves(rig, 2)), Is.EqualTo((0UL, 0UL, 2UL)));
    }

    [TestCase(256UL, false, 0UL, K4, Errno.EINVAL, Description = "shares its page")]
    [TestCase(256UL, true, 0UL, K4, Errno.None)]
    [TestCase(256UL, true, 0UL, 2 * K4, Errno.EINVAL, Description = "more than its page")]
    [TestCase(K4, false, 0UL, K4, Errno.None)]
    public void Scenario_58_a_BAR_smaller_than_a_page_is_mmapped_only_if_it_has_the_page_to_itself(ulong size, bool alone, ulong offset, ulong bytes, Errno expected)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var bar = new VfioPciBar(rig.Device, new Pfn(Physical >> Pfn.Shift), size) { IsAloneInItsPage = alone };
        Assert.That(bar.Mmap(rig.Mm, new Va(At), offset, bytes, ReadWrite, out _), Is.EqualTo(expected));
        if (expected == Errno.None) Assert.That(rig.Map(0, At, K4), Is.EqualTo(Errno.None));
    }

    [Test]
    public void Scenario_59_a_hole_for_MSI_X_makes_two_areas_each_with_its_own_leaves()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var bar = new VfioPciBar(rig.Device, new Pfn(Physical >> Pfn.Shift), 2 * G1);
        const ulong hole = G1 + (2 * M2);
        Assert.That(bar.Mmap(rig.Mm, new Va(At), 0, hole, ReadWrite, out _), Is.EqualTo(Errno.None));
        Assert.That(bar.Mmap(rig.Mm, new Va(At + hole + K4), hole + K4, G1 - (2 * M2) - K4, ReadWrite, out _), Is.EqualTo(Errno.None));
        rig.Warm(At, hole);
        rig.Warm(At + hole + K4, G1 - (2 * M2) - K4);
        Assert.That((Leaves(rig, 0), Leaves(rig, 1), Leaves(rig, 2)), Is.EqualTo((511UL, 2UL + 509, 1UL)));
        Assert.That(rig.Map(0, At, hole), Is.EqualTo(Errno.None));
        Assert.That(rig.Map(hole + K4, At + hole + K4, G1 - (2 * M2) - K4), Is.EqualTo(Errno.None));
        Assert.That(rig.Map(8 * G1, At, 2 * G1), Is.EqualTo(Errno.EFAULT), "not across the hole");
    }

    [Test]
    public void Scenario_61_in_6_1_one_fault_fills_the_area_and_each_page_is_looked_up()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux61);
        rig.Mmap(At, Physical, 8 * M2);
        Assert.That(rig.Map(0, At, 8 * M2), Is.EqualTo(Errno.None));
        Assert.That((rig.Mapped.Faults, rig.Mapped.Lookups, Leaves(rig, 0)), Is.EqualTo((1L, 4096L + 1, 4096UL)));
    }

    [TestCase(ThpPolicy.Madvise)]
    [TestCase(ThpPolicy.Never)]
    public void Scenario_66_in_6_12_without_THP_there_is_no_huge_leaf_and_7_3_does_not_care(ThpPolicy thp)
    {
        using var old = new LinuxRig(KernelProfiles.Linux612, thp: thp);
        old.Mmap(At, Physical, G1);
        Assert.That(old.Map(0, At, G1), Is.EqualTo(Errno.None));
        Assert.That((old.Mapped.Faults, old.Mapped.VaddrGetPfns), Is.EqualTo((262_144L, 262_144L)));
        using var newest = new LinuxRig(KernelProfiles.Linux73, thp: thp);
        newest.Mmap(At, Physical, G1);
        Assert.That(newest.Map(0, At, G1), Is.EqualTo(Errno.None));
        Assert.That((newest.Mapped.Faults, newest.Mapped.VaddrGetPfns), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void Scenario_67_in_6_12_advice_makes_the_huge_leaf()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux612, thp: ThpPolicy.Madvise);
        rig.Mmap(At, Physical, G1);
        Assert.That(rig.Mm.Madvise(new Va(At), G1, AreaFlags.HugePageAdvised), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.FixupUserFault(new Va(At), write: true), Is.EqualTo(Errno.None));
        Assert.That(Leaves(rig, 2), Is.EqualTo(1));
    }

    [Test]
    public void Scenario_68_a_virtual_function_is_zapped_but_answers_whatever_its_MEMORY_bit_says()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var function = new VfioPciDevice { IsVirtualFunction = true };
        new VfioPciBar(function, new Pfn(Physical >> Pfn.Shift), G1).Mmap(rig.Mm, new Va(At), 0, G1, ReadWrite, out _);
        rig.Warm(At, G1);
        function.SetMemoryDecode(false);
        Assert.That(Leaves(rig, 2), Is.Zero);
        Assert.That(rig.Mm.FixupUserFault(new Va(At), write: true), Is.EqualTo(Errno.None));
        Assert.That(Leaves(rig, 2), Is.EqualTo(1));
    }

    private static ulong Leaves(LinuxRig rig, int level) => rig.Mm.Table.CountLeaves(IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte)))[level];
}
