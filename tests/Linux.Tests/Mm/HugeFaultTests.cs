using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class HugeFaultTests
{
    private const ulong Physical = 64 * G1;
    private const ulong At = 128 * G1;

    [TestCase(0UL, 2)]
    [TestCase(M2, 1)]
    [TestCase(K4, 0)]
    public void A_leaf_is_as_large_as_area_and_congruence_allow(ulong skew, int level)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At + skew, Physical, 4 * G1);
        rig.Mm.FixupUserFault(new Va(At + G1 + M2), write: true);
        Assert.That(rig.Mm.Table.Walk(new Iova(At + G1 + M2)).Level, Is.EqualTo(level));
    }

    [Test]
    public void A_small_leaf_keeps_larger_ones_out_of_its_slot_until_munmap()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var small = rig.Mmap(At, Physical, K4);
        rig.Mm.FixupUserFault(small.Start, write: true);
        rig.Device.SetMemoryDecode(false);
        rig.Device.SetMemoryDecode(true);
        var bar = new VfioPciBar(rig.Device, new Pfn(Physical >> Pfn.Shift), G1);
        Assert.That(bar.Mmap(rig.Mm, new Va(At + M2), M2, G1 - M2, ReadWrite, out _), Is.EqualTo(Errno.None));
        rig.Counters.Reset();

        rig.Mm.FixupUserFault(new Va(At + M2), write: true);
        Assert.Multiple(() =>
        {
            Assert.That(rig.Mm.Table.Walk(new Iova(At + M2)).Level, Is.EqualTo(1));
            Assert.That(rig.Mapped.HugeFaultCalls, Is.EqualTo(1), "1 GiB is not even tried where a table stands");
        });
    }

    [Test]
    public void After_a_decode_toggle_each_leaf_comes_back_as_it_was()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At, Physical, 2 * G1);
        rig.Mmap(At + (4 * G1) + M2, Physical, G1);
        rig.Warm(At, 2 * G1);
        rig.Warm(At + (4 * G1) + M2, G1);
        var before = rig.Mm.Table.CountLeaves(Everything);
        rig.Device.SetMemoryDecode(false);
        Assert.That(rig.Mm.Table.CountLeaves(Everything).Total, Is.Zero);
        rig.Device.SetMemoryDecode(true);
        rig.Warm(At, 2 * G1);
        rig.Warm(At + (4 * G1) + M2, G1);
        Assert.That(rig.Mm.Table.CountLeaves(Everything), Is.EqualTo(before));
    }

    [Test]
    public void Munmap_makes_room_for_larger_leaves_again()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var small = rig.Mmap(At, Physical, K4);
        rig.Mm.FixupUserFault(small.Start, write: true);
        rig.Mm.Munmap(small);
        rig.Mmap(At, Physical, G1);
        rig.Mm.FixupUserFault(new Va(At), write: true);
        Assert.That(rig.Mm.Table.Walk(new Iova(At)).Level, Is.EqualTo(2));
    }

    [Test]
    public void A_neighbour_keeps_its_leaves_when_an_area_goes()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var first = rig.Mmap(At, Physical, M2);
        rig.Mmap(At + M2, Physical + G1, M2);
        rig.Warm(At, 2 * M2);
        rig.Mm.Munmap(first);
        Assert.That(rig.Mm.Table.Translate(new Iova(At)).IsNone, Is.True);
        Assert.That(rig.Mm.Table.Translate(new Iova(At + M2)).Value, Is.EqualTo(Physical + G1));
    }

    [Test]
    public void A_device_that_does_not_decode_answers_no_fault_and_leaves_no_small_table_where_1_GiB_fits()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At, Physical, G1);
        rig.Device.SetMemoryDecode(false);
        Assert.That(rig.Mm.FixupUserFault(new Va(At), write: true), Is.EqualTo(Errno.EFAULT));
        rig.Device.SetMemoryDecode(true);
        Assert.That(rig.Mm.FixupUserFault(new Va(At), write: true), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.Table.Walk(new Iova(At)).Level, Is.EqualTo(2));
    }

    [Test]
    public void Where_1_GiB_was_refused_the_next_table_stays_even_if_the_fault_failed()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At + M2, Physical, G1);
        rig.Device.SetMemoryDecode(false);
        rig.Mm.FixupUserFault(new Va(At + M2), write: true);
        Assert.That(rig.Mapped.HugeFaultCalls, Is.EqualTo(2));
        rig.Device.SetMemoryDecode(true);
        rig.Counters.Reset();
        rig.Mm.FixupUserFault(new Va(At + M2), write: true);
        Assert.That(rig.Mapped.HugeFaultCalls, Is.EqualTo(1));
    }

    [TestCase(ThpPolicy.Always, false, 2)]
    [TestCase(ThpPolicy.Madvise, false, 0)]
    [TestCase(ThpPolicy.Madvise, true, 2)]
    [TestCase(ThpPolicy.Never, true, 0)]
    public void In_6_12_the_THP_policy_decides_about_BARs(ThpPolicy thp, bool advised, int level)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux612, thp: thp);
        rig.Mmap(At, Physical, G1, ReadWrite | (advised ? AreaFlags.HugePageAdvised : AreaFlags.None));
        rig.Mm.FixupUserFault(new Va(At), write: true);
        Assert.That(rig.Mm.Table.Walk(new Iova(At)).Level, Is.EqualTo(level));
    }

    [Test]
    public void In_7_3_only_the_area_itself_can_refuse_huge_leaves([Values] ThpPolicy thp, [Values] bool refused)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, thp: thp);
        rig.Mmap(At, Physical, G1, ReadWrite | (refused ? AreaFlags.NoHugePage : AreaFlags.None));
        rig.Mm.FixupUserFault(new Va(At), write: true);
        Assert.That(rig.Mm.Table.Walk(new Iova(At)).Level, Is.EqualTo(refused ? 0 : 2));
    }

    [Test]
    public void A_fault_where_a_leaf_is_already_changes_nothing_and_asks_no_driver()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At, Physical, G1);
        rig.Warm(At, G1);
        Assert.That(rig.Mm.FixupUserFault(new Va(At + M2), write: true), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters { Faults = 1 }));
    }

    [Test]
    public void In_6_1_one_fault_fills_the_whole_area_until_decode_goes_off()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux61);
        rig.Mmap(At, Physical, 4 * M2);
        rig.Mm.FixupUserFault(new Va(At + M2), write: true);
        Assert.That(rig.Mm.Table.CountLeaves(Everything)[0], Is.EqualTo(2048));
        rig.Device.SetMemoryDecode(false);
        Assert.That(rig.Mm.Table.CountLeaves(Everything).Total, Is.Zero);
        rig.Device.SetMemoryDecode(true);
        rig.Mm.FixupUserFault(new Va(At), write: true);
        Assert.That(rig.Mm.Table.CountLeaves(Everything)[0], Is.EqualTo(2048));
        Assert.That(rig.Mapped, Has.Property(nameof(MapCounters.Faults)).EqualTo(2).And.Property(nameof(MapCounters.HugeFaultCalls)).Zero);
    }

    private static IovaRange Everything => IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte));
}
