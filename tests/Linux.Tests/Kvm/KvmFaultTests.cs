using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.KvmRig;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class KvmFaultTests
{
    [TestCase(HostLookup.TwoWalks, true, 2)]
    [TestCase(HostLookup.TwoWalks, false, 3)]
    [TestCase(HostLookup.OneWalk, true, 1)]
    [TestCase(HostLookup.OneWalk, false, 2)]
    public void Walks_per_fault_are_two_today_and_one_as_wished_and_one_more_where_the_host_faults_first(HostLookup lookup, bool warm, double walks)
    {
        using var rig = new KvmRig(lookup);
        if (warm) rig.Warm();
        for (ulong slot = 0; slot < 4; slot++) Assert.That(rig.Vm.Access(GuestAt((slot * G1) + (slot * K4)), write: true), Is.EqualTo(Errno.None));
        Assert.Multiple(() =>
        {
            Assert.That(rig.Vm.Counters.Stage2Faults, Is.EqualTo(4));
            Assert.That(rig.Vm.Counters.WalksPerFault, Is.EqualTo(walks));
            Assert.That(rig.Vm.Counters.GupAttempts, Is.EqualTo(lookup == HostLookup.TwoWalks ? 4 : 0));
            Assert.That(rig.Stage2Leaves, Is.EqualTo("4 x 1G"));
            Assert.That(rig.Vm.Stage2.Translate(GuestAt(3 * G1).AsTableInput).Value, Is.EqualTo(Physical + (3 * G1)));
            Assert.That(rig.Mm.Table.Follow(new Iova(At), out _));
            Assert.That(rig.Violation(), Is.Null);
            var row = Repository.Read("docs", "huge-faults.md").Split('\n').Single(line => line.StartsWith($"| `{lookup}`", StringComparison.Ordinal)).Split('|');
            Assert.That(row[warm ? 2 : 3].Trim(), Is.EqualTo($"{walks}"), "docs/huge-faults.md");
        });
    }

    [Test]
    public void An_access_that_stage_2_serves_is_no_fault([Values] HostLookup lookup)
    {
        using var rig = new KvmRig(lookup);
        rig.Vm.Access(GuestAt(0), write: false);
        rig.Vm.ResetCounters();
        Assert.That(rig.Vm.Access(GuestAt(G1 - K4), write: true), Is.EqualTo(Errno.None));
        Assert.That(rig.Vm.Counters, Is.EqualTo(default(KvmCounters)));
    }

    [Test]
    public void The_leaf_is_as_large_as_host_and_memslot_both_allow([Values] HostLookup lookup)
    {
        using var rig = new KvmRig(lookup);
        rig.Vm.RemoveMemslot(rig.Slot);
        Assert.That(rig.Vm.AddMemslot(new KvmMemslot(Guest, G1 >> Pfn.Shift, new Va(At + M2))), Is.EqualTo(Errno.None), "congruent modulo 2 MiB only");
        Assert.That(rig.Vm.AddMemslot(new KvmMemslot(GuestAt(2 * G1), 1024, new Va(At + (2 * G1) + K4))), Is.EqualTo(Errno.None), "modulo 4 KiB only");
        rig.Vm.Access(GuestAt(0), write: false);
        rig.Vm.Access(GuestAt(2 * G1), write: false);
        Assert.That(rig.Stage2Leaves, Is.EqualTo("1 x 4K, 1 x 2M"));
        Assert.That(rig.Vm.Stage2.Translate(GuestAt(2 * G1).AsTableInput).Value, Is.EqualTo(Physical + (2 * G1) + K4));

        using var small = new KvmRig(lookup, KernelProfiles.Linux61);
        small.Vm.Access(GuestAt(0), write: false);
        Assert.That(small.Stage2Leaves, Is.EqualTo("1 x 4K"), "the host has small leaves only");
    }

    [Test]
    public void Scenario_30_a_device_that_goes_off_takes_its_second_stage_with_it_and_comes_back_by_faults([Values] HostLookup lookup)
    {
        using var rig = new KvmRig(lookup);
        for (ulong slot = 0; slot < 4; slot++) rig.Vm.Access(GuestAt(slot * G1), write: true);
        rig.Vm.ResetCounters();
        rig.Device.SetMemoryDecode(false);
        Assert.That(rig.Vm.Counters, Is.EqualTo(new KvmCounters { Stage2Zapped = 4 }));
        Assert.That(rig.Vm.Access(GuestAt(0), write: true), Is.EqualTo(Errno.EFAULT));
        rig.Device.SetMemoryDecode(true);
        for (ulong slot = 0; slot < 4; slot++) Assert.That(rig.Vm.Access(GuestAt(slot * G1), write: true), Is.EqualTo(Errno.None));
        Assert.That((rig.Vm.Counters.Stage2Faults, rig.Stage2Leaves), Is.EqualTo((5L, "4 x 1G")), "the one that failed, too");
    }

    [Test]
    public void A_change_of_a_part_zaps_the_whole_leaf_and_neighbours_stay([Values] HostLookup lookup)
    {
        using var rig = new KvmRig(lookup);
        for (ulong slot = 0; slot < 4; slot++) rig.Vm.Access(GuestAt(slot * G1), write: true);
        Assert.That(rig.Mm.Mprotect(new Va(At + G1 + M2), K4, AreaFlags.Read), Is.EqualTo(Errno.None));
        Assert.That((rig.Vm.Counters.Stage2Zapped, rig.Stage2Leaves), Is.EqualTo((1L, "3 x 1G")));
        Assert.That(rig.Vm.Access(GuestAt(G1 + M2), write: true), Is.EqualTo(Errno.EFAULT));
        Assert.That(rig.Vm.Access(GuestAt(G1 + M2), write: false), Is.EqualTo(Errno.None));
        Assert.That(rig.Vm.Access(GuestAt(G1 + M2 + K4), write: true), Is.EqualTo(Errno.None));
        Assert.That(rig.Violation(), Is.Null);
        Assert.That(rig.Mm.Munmap(new Va(At), Bytes), Is.EqualTo(Errno.None));
        Assert.That(rig.Stage2Leaves, Is.Empty);
        Assert.That(rig.Vm.Access(GuestAt(0), write: false), Is.EqualTo(Errno.EFAULT));
    }

    [Test]
    public void Memslots_bound_what_a_guest_may_reach([Values] HostLookup lookup)
    {
        using var rig = new KvmRig(lookup);
        Assert.That(rig.Vm.Access(new Gfn(Guest.Value - 1), write: false), Is.EqualTo(Errno.ENOENT), "emulated");
        Assert.That(rig.Vm.AddMemslot(new KvmMemslot(rig.Slot.Last, 1, new Va(At))), Is.EqualTo(Errno.EEXIST));
        Assert.That(rig.Vm.AddMemslot(new KvmMemslot(rig.Slot.Last + 1, 0, new Va(At))), Is.EqualTo(Errno.EINVAL));
        rig.Vm.Access(Guest, write: true);
        Assert.That(rig.Vm.RemoveMemslot(rig.Slot), Is.EqualTo(Errno.None));
        Assert.That(rig.Vm.RemoveMemslot(rig.Slot), Is.EqualTo(Errno.ENOENT));
        Assert.That((rig.Vm.Counters.Stage2Zapped, rig.Stage2Leaves), Is.EqualTo((1L, "")));
        Assert.That(rig.Vm.AddMemslot(rig.Slot with { IsReadOnly = true }), Is.EqualTo(Errno.None));
        Assert.That(rig.Vm.Access(Guest, write: true), Is.EqualTo(Errno.EFAULT));
        Assert.That(rig.Vm.Access(Guest, write: false), Is.EqualTo(Errno.None));
        Assert.That(rig.Vm.Stage2.Follow(Guest.AsTableInput, out var leaf) && (leaf.Permissions & Permissions.Write) == 0);
    }

    [Test]
    public void One_BAR_in_two_memslots_is_zapped_in_both([Values] HostLookup lookup)
    {
        using var rig = new KvmRig(lookup);
        rig.Vm.AddMemslot(new KvmMemslot(GuestAt(8 * G1), G1 >> Pfn.Shift, new Va(At)));
        rig.Vm.Access(GuestAt(0), write: true);
        rig.Vm.Access(GuestAt(8 * G1), write: true);
        rig.Device.SetMemoryDecode(false);
        Assert.That((rig.Vm.Counters.Stage2Zapped, rig.Stage2Leaves), Is.EqualTo((2L, "")));
    }
}
