using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>What munmap, mprotect, madvise, mremap and fork do to areas of a BAR and to their leaves.</summary>
public class AreaChangeTests
{
    private const ulong Physical = 64 * G1;
    private const ulong At = 128 * G1;

    [Test]
    public void Scenario_54_a_partial_munmap_inside_a_1_GiB_leaf_clears_it_and_the_rest_comes_back_smaller()
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        Assert.That(rig.Map(0, At, G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.Munmap(new Va(At + (512 * K4) + K4), K4), Is.EqualTo(Errno.None));
        Assert.Multiple(() =>
        {
            Assert.That(rig.Counters.Mm, Is.EqualTo(new MmCounters { LeavesCut = 1 }), "nothing was left to zap");
            Assert.That(Leaves(rig).Total, Is.Zero, "cleared, not split");
            Assert.That(rig.FrameAt(M2 + K4), Is.EqualTo((Physical + M2 + K4) >> Pfn.Shift), "what the device reaches is not affected");
        });
        rig.Warm(At, M2 + K4);
        rig.Warm(At + M2 + (2 * K4), G1 - M2 - (2 * K4));
        Assert.Multiple(() =>
        {
            Assert.That(LeafSizes(rig), Is.EqualTo("511 x 4K, 511 x 2M"));
            Assert.That(rig.Mm.FixupUserFault(new Va(At + M2 + K4), write: false), Is.EqualTo(Errno.EFAULT), "a hole");
            Assert.That(Frame(rig, At + G1 - K4), Is.EqualTo((Physical + G1 - K4) >> Pfn.Shift), "I-split: the same frames");
        });
    }

    [Test]
    public void Scenario_55_mprotect_of_a_whole_leaf_keeps_it_huge_and_refuses_writes()
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        Assert.That(rig.Mm.Mprotect(new Va(At), G1, AreaFlags.Read), Is.EqualTo(Errno.None));
        Assert.That(rig.Counters.Mm, Is.EqualTo(new MmCounters { LeavesProtected = 1 }));
        var area = rig.Mm.FindArea(new Va(At))!;
        Assert.That(rig.Mm.FollowPfnmapStart(area, area.Start, out var entry), Is.EqualTo(Errno.None));
        Assert.That(entry, Is.EqualTo(new PfnmapEntry(new Pfn(Physical >> Pfn.Shift), PageSize.Size1G.PageMask, IsWritable: false)));
        Assert.That(rig.Map(0, At, G1), Is.EqualTo(Errno.EFAULT));
        Assert.That(rig.Map(0, At, G1, Permissions.Read), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.Mprotect(new Va(At), G1, AreaFlags.Read | AreaFlags.Write), Is.EqualTo(Errno.None));
        Assert.That(rig.Map(G1, At, G1), Is.EqualTo(Errno.None), "writable again in place");
        Assert.That(rig.Mapped.Faults, Is.Zero);
    }

    [Test]
    public void A_partial_mprotect_clears_the_leaf_and_each_side_comes_back_by_its_own_bounds()
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        Assert.That(rig.Mm.Mprotect(new Va(At + M2), M2, AreaFlags.Read), Is.EqualTo(Errno.None));
        Assert.That(rig.Counters.Mm.LeavesCut, Is.EqualTo(1));
        Assert.That(Leaves(rig).Total, Is.Zero);
        rig.Warm(At, G1);
        Assert.That(LeafSizes(rig), Is.EqualTo("512 x 2M"));
        Assert.That(rig.Mm.FixupUserFault(new Va(At + M2), write: true), Is.EqualTo(Errno.EFAULT));
        Assert.That(rig.Mm.Mprotect(new Va(At + M2), M2, AreaFlags.Read | AreaFlags.Write), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.FindArea(new Va(At))!.Bytes, Is.EqualTo(M2), "areas of raw frames are never merged again");
    }

    [Test]
    public void What_allows_nothing_has_no_translation()
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        Assert.That(rig.Mm.Mprotect(new Va(At), G1, AreaFlags.None), Is.EqualTo(Errno.None));
        Assert.That(Leaves(rig).Total, Is.Zero);
        Assert.That(rig.Mm.FixupUserFault(new Va(At), write: false), Is.EqualTo(Errno.EFAULT));
    }

    [TestCase(At + 1, K4, AreaFlags.Read, Errno.EINVAL, Description = "no page bound")]
    [TestCase(At, K4, AreaFlags.Shared, Errno.EINVAL, Description = "no protection")]
    [TestCase(At, 0UL, AreaFlags.Read, Errno.None, Description = "empty")]
    [TestCase(At, 2 * G1, AreaFlags.Read, Errno.ENOMEM, Description = "a hole behind")]
    [TestCase(At - K4, 2 * K4, AreaFlags.Read, Errno.ENOMEM, Description = "a hole before")]
    [TestCase(At, ulong.MaxValue - At, AreaFlags.Read, Errno.ENOMEM, Description = "beyond user space")]
    public void Mprotect_refuses_what_Linux_refuses(ulong start, ulong bytes, AreaFlags protection, Errno expected)
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        Assert.That(rig.Mm.Mprotect(new Va(start), bytes, protection), Is.EqualTo(expected));
        var changed = start == At && bytes == 2 * G1;
        Assert.That(rig.Mm.FindArea(new Va(At))!.Has(AreaFlags.Write), Is.EqualTo(!changed), "what lies before a hole is changed");
    }

    [TestCase(At + 1, K4, Errno.EINVAL)]
    [TestCase(At, 0UL, Errno.EINVAL)]
    [TestCase(AddressSpace.LastUserByte + 1 - K4, 2 * K4, Errno.EINVAL)]
    [TestCase(At + (8 * G1), G1, Errno.None, Description = "nothing there")]
    public void Munmap_refuses_what_Linux_refuses(ulong start, ulong bytes, Errno expected)
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        Assert.That(rig.Mm.Munmap(new Va(start), bytes), Is.EqualTo(expected));
        Assert.That(LeafSizes(rig), Is.EqualTo("1 x 1G"));
    }

    [Test]
    public void Munmap_over_several_areas_and_holes_removes_them_all_and_their_tables()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var before = rig.Mm.Table.Arena.TablesInUse;
        foreach (var slot in new ulong[] { 0, 3, 5 })
        {
            rig.Mmap(At + (slot * M2), Physical + K4, M2);
            rig.Warm(At + (slot * M2), M2);
        }

        Assert.That(rig.Mm.Munmap(new Va(At + K4), 8 * M2), Is.EqualTo(Errno.None));
        Assert.That(LeafSizes(rig), Is.EqualTo("1 x 4K"));
        Assert.That(rig.Mm.Munmap(new Va(At), K4), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.Table.Arena.TablesInUse, Is.EqualTo(before), "I-pt-free");
    }

    [Test]
    public void Scenario_57_advice_splits_the_area_and_a_1_GiB_leaf_lies_across_both()
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        Assert.That(rig.Mm.Madvise(new Va(At + (512 * M2 / 2)), G1 / 2, AreaFlags.NoHugePage), Is.EqualTo(Errno.None));
        Assert.That(rig.Counters.Mm.LeavesCut, Is.Zero);
        var below = rig.Mm.FindArea(new Va(At))!;
        Assert.That(below.Bytes, Is.EqualTo(G1 / 2));
        Assert.That(rig.Mm.FollowPfnmapStart(below, below.Start, out var entry), Is.EqualTo(Errno.None));
        Assert.That(entry.PageMask, Is.EqualTo(PageSize.Size1G.PageMask), "the mask says 1 GiB although the area ends before");
        rig.Counters.Reset();
        Assert.That(rig.Map(0, At, G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Has.Property(nameof(MapCounters.Lookups)).EqualTo(1).And.Property(nameof(MapCounters.Chunks)).EqualTo(1));
        Assert.That(rig.FrameAt(G1 - K4), Is.EqualTo((Physical + G1 - K4) >> Pfn.Shift), "one entry translates both");

        Assert.That(rig.Mm.Munmap(new Va(At), G1 / 2), Is.EqualTo(Errno.None));
        Assert.That(Leaves(rig).Total, Is.Zero, "the leaf goes whole");
        rig.Warm(At + (G1 / 2), K4);
        Assert.That(LeafSizes(rig), Is.EqualTo("1 x 4K"), "and what remains was advised against huge pages");
    }

    [Test]
    public void Advice_inside_a_2_MiB_leaf_clears_it()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At, Physical, 2 * M2);
        rig.Warm(At, 2 * M2);
        Assert.That(rig.Mm.Madvise(new Va(At + K4), K4, AreaFlags.HugePageAdvised), Is.EqualTo(Errno.None));
        Assert.That(rig.Counters.Mm.LeavesCut, Is.EqualTo(1));
        Assert.That(LeafSizes(rig), Is.EqualTo("1 x 2M"), "its neighbour stays");
        Assert.That(rig.Mm.Madvise(new Va(At), 4 * M2, AreaFlags.NoHugePage), Is.EqualTo(Errno.ENOMEM), "a hole; the rest was advised");
        Assert.That(rig.Mm.FindArea(new Va(At + M2))!.Has(AreaFlags.NoHugePage));
        Assert.That(rig.Mm.Madvise(new Va(At), M2, AreaFlags.Write), Is.EqualTo(Errno.EINVAL));
    }

    [Test]
    public void Mremap_moves_leaves_whole_where_both_places_are_aligned()
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        Assert.That(rig.Mm.Mremap(new Va(At), G1, G1, new Va(At + (4 * G1))), Is.EqualTo(Errno.None));
        Assert.That(rig.Counters.Mm.LeavesMoved, Is.EqualTo(1));
        Assert.That(Frame(rig, At + (4 * G1) + K4), Is.EqualTo((Physical + K4) >> Pfn.Shift));
        Assert.That(rig.Mm.FindArea(new Va(At)), Is.Null);
        Assert.That(rig.Mm.Mremap(new Va(At + (4 * G1)), G1, G1, new Va(At + M2)), Is.EqualTo(Errno.None));
        Assert.That(Leaves(rig).Total, Is.Zero, "1 GiB does not fit here");
        rig.Warm(At + M2, G1);
        Assert.That(LeafSizes(rig), Is.EqualTo("512 x 2M"));
        rig.Device.SetMemoryDecode(false);
        Assert.That(Leaves(rig).Total, Is.Zero, "I-zap: the device knows where its BAR is now");
    }

    [Test]
    public void Mremap_of_a_part_leaves_the_rest_and_small_leaves_move_anywhere()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At + K4, Physical, M2);
        rig.Warm(At + K4, M2);
        Assert.That(rig.Mm.Mremap(new Va(At + (3 * K4)), 2 * K4, 2 * K4, new Va(At + G1)), Is.EqualTo(Errno.None));
        Assert.That(rig.Counters.Mm.LeavesMoved, Is.EqualTo(2));
        Assert.That(Frame(rig, At + G1 + K4), Is.EqualTo((Physical + (3 * K4)) >> Pfn.Shift));
        Assert.That(rig.Mm.FixupUserFault(new Va(At + (3 * K4)), write: false), Is.EqualTo(Errno.EFAULT));
        Assert.That(Frame(rig, At + (5 * K4)), Is.EqualTo((Physical + (4 * K4)) >> Pfn.Shift));
        Assert.That(rig.Mm.FindArea(new Va(At + G1))!.PfnOf(new Va(At + G1)).Value, Is.EqualTo((Physical + (2 * K4)) >> Pfn.Shift));
    }

    [TestCase(At + 1, K4, K4, null, Errno.EINVAL, Description = "no page bound")]
    [TestCase(At, K4, 0UL, null, Errno.EINVAL, Description = "to nothing")]
    [TestCase(At, G1, G1, At + M2, Errno.EINVAL, Description = "onto itself")]
    [TestCase(At, G1, G1, At + 1, Errno.EINVAL, Description = "to no page bound")]
    [TestCase(At + G1, K4, K4, null, Errno.EFAULT, Description = "nothing there")]
    [TestCase(At, 2 * G1, G1, null, Errno.EFAULT, Description = "more than the area")]
    [TestCase(At, G1 - K4, G1, At + (2 * G1), Errno.EFAULT, Description = "VM_DONTEXPAND")]
    public void Mremap_refuses_what_Linux_refuses(ulong from, ulong oldBytes, ulong newBytes, ulong? to, Errno expected)
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        Assert.That(rig.Mm.Mremap(new Va(from), oldBytes, newBytes, to is { } at ? new Va(at) : null), Is.EqualTo(expected));
        Assert.That(LeafSizes(rig), Is.EqualTo("1 x 1G"));
    }

    [Test]
    public void Mremap_shrinks_in_place()
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        Assert.That(rig.Mm.Mremap(new Va(At), G1, M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.FindArea(new Va(At))!.Bytes, Is.EqualTo(M2));
        Assert.That(rig.Mm.FindArea(new Va(At + M2)), Is.Null);
    }

    [Test]
    public void Scenario_56_fork_copies_huge_leaves_in_one_step_and_the_childs_end_changes_nothing()
    {
        using var rig = Warm(KernelProfiles.Linux73, 2 * G1);
        rig.Map(0, At, 2 * G1);
        var (digest, tables) = (rig.Digest, rig.Mm.Table.Arena.TablesInUse);
        rig.Counters.Reset();
        Assert.That(rig.Mm.Fork(out var child), Is.EqualTo(Errno.None));
        Assert.That(rig.Counters.Mm, Is.EqualTo(new MmCounters { LeavesCopied = 2 }));
        var area = child!.FindArea(new Va(At))!;
        Assert.That(child.FollowPfnmapStart(area, new Va(At + G1), out var entry), Is.EqualTo(Errno.None));
        Assert.That(entry, Is.EqualTo(new PfnmapEntry(new Pfn((Physical + G1) >> Pfn.Shift), PageSize.Size1G.PageMask, IsWritable: true)), "shared stays writable");
        rig.Device.SetMemoryDecode(false);
        Assert.That(child.Table.Follow(new Iova(At), out _), Is.False, "I-zap: in every address space");
        rig.Device.SetMemoryDecode(true);
        child.Exit();
        Assert.That(rig.Mm.Table.Arena.TablesInUse, Is.EqualTo(tables), "I-pt-free");
        Assert.That(rig.Digest, Is.EqualTo(digest));
    }

    [TestCase(3UL, Description = "no room for the child's root")]
    [TestCase(4UL, Description = "nor for its next table")]
    public void A_fork_without_memory_for_tables_leaves_nothing_behind(ulong slots)
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = slots * K4, HugePages = false });
        var counters = new KernelCounters();
        var mm = new AddressSpace(KernelProfiles.Linux73, arena, counters);
        var device = new VfioPciDevice();
        Assert.That(new VfioPciBar(device, new Pfn(Physical >> Pfn.Shift), G1).Mmap(mm, new Va(At), 0, G1, ReadWrite, out _), Is.EqualTo(Errno.None));
        Assert.That(mm.FixupUserFault(new Va(At), write: true), Is.EqualTo(Errno.None));
        Assert.That(mm.Fork(out var child), Is.EqualTo(Errno.ENOMEM));
        Assert.That((child, arena.TablesInUse), Is.EqualTo(((AddressSpace?)null, 2UL)));
        device.SetMemoryDecode(false);
        Assert.That(mm.Table.Follow(new Iova(At), out _), Is.False);
    }

    [Test]
    public void Every_change_of_a_translation_is_announced_even_one_that_only_makes_tables()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var seen = new List<string>();
        rig.Mm.Register(new Listener(seen));
        rig.Mmap(At + M2, Physical, G1);
        rig.Device.SetMemoryDecode(false);
        seen.Clear();
        rig.Mm.FixupUserFault(new Va(At + M2), write: true);
        Assert.That(seen, Is.EqualTo(new[] { "start 0x2000200000 0x20003fffff", "end 0x2000200000 0x20003fffff" }), "1 GiB was refused, a table was made, and the device did not answer");
        rig.Device.SetMemoryDecode(true);
        rig.Warm(At + M2, G1);
        seen.Clear();
        rig.Mm.Munmap(new Va(At + (2 * M2) + K4), K4);
        Assert.That(seen, Is.EqualTo(new[]
        {
            "start 0x2000400000 0x20005fffff", "end 0x2000400000 0x20005fffff", "start 0x2000401000 0x2000401fff", "end 0x2000401000 0x2000401fff",
        }), "first the leaf that is cut, all of it");
    }

    [Test]
    public void In_6_1_an_area_that_comes_to_be_by_a_split_or_a_fork_begins_empty()
    {
        using var rig = Warm(KernelProfiles.Linux61, 4 * M2);
        Assert.That(rig.Mm.Fork(out var child), Is.EqualTo(Errno.None));
        Assert.That(child!.Table.Follow(new Iova(At), out _), Is.False);
        Assert.That(child.FixupUserFault(new Va(At), write: true), Is.EqualTo(Errno.None));
        Assert.That(child.Table.Follow(new Iova(At + (4 * M2) - K4), out _), "one fault fills all of it");

        Assert.That(rig.Mm.Munmap(new Va(At + M2), K4), Is.EqualTo(Errno.None));
        Assert.That(LeafSizes(rig), Is.EqualTo("512 x 4K"), "what lay behind counted as new");
        rig.Counters.Reset();
        rig.Mm.FixupUserFault(new Va(At + (2 * M2)), write: true);
        Assert.That((LeafSizes(rig), rig.Mapped.Faults), Is.EqualTo(($"{2048 - 1} x 4K", 1L)));
    }

    [Test]
    public void A_device_that_is_off_takes_every_leaf_with_it_even_one_across_two_areas()
    {
        using var rig = Warm(KernelProfiles.Linux73, G1);
        rig.Mm.Madvise(new Va(At + M2), M2, AreaFlags.NoHugePage);
        rig.Device.SetMemoryDecode(false);
        Assert.That(Leaves(rig).Total, Is.Zero);
        Assert.That(rig.Mm.FixupUserFault(new Va(At), write: false), Is.EqualTo(Errno.EFAULT));
    }

    private static LinuxRig Warm(KernelProfile profile, ulong bytes)
    {
        var rig = new LinuxRig(profile);
        rig.Mmap(At, Physical, bytes);
        rig.Warm(At, bytes);
        return rig;
    }

    private static LeafCounts Leaves(LinuxRig rig) => rig.Mm.Table.CountLeaves(IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte)));

    private static string LeafSizes(LinuxRig rig) =>
        string.Join(", ", new[] { "4K", "2M", "1G" }.Select((size, level) => (Size: size, Count: Leaves(rig)[level])).Where(leaf => leaf.Count != 0).Select(leaf => $"{leaf.Count} x {leaf.Size}"));

    private sealed class Listener(List<string> seen) : IMmuNotifier
    {
        public void InvalidateRangeStart(Va first, Va last) => seen.Add($"start {first} {last}");

        public void InvalidateRangeEnd(Va first, Va last) => seen.Add($"end {first} {last}");
    }

    private static ulong? Frame(LinuxRig rig, ulong va) => rig.Mm.Table.Translate(new Iova(va)) is { IsNone: false } address ? address.Value >> Pfn.Shift : null;
}
