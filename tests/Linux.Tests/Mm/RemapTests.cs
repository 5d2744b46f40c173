using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>remap_pfn_range as Linux has it and as the thread of 2024 wanted it, and areas that are copied on write.</summary>
public class RemapTests
{
    private const ulong Physical = 64 * G1;
    private const ulong At = 128 * G1;
    private static readonly Pfn First = new(Physical >> Pfn.Shift);

    [Test]
    public void Linux_remaps_by_4_KiB_however_well_both_sides_are_aligned()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var area = rig.Mmap(At, Physical, 4 * M2);
        Assert.That(rig.Mm.RemapPfnRange(area, area.Start, First, 4 * M2), Is.EqualTo(Errno.None));
        Assert.That(Leaves(rig, 0), Is.EqualTo(2048));
        Assert.That(rig.Mapped.Faults, Is.Zero);
    }

    [Test]
    public void A_huge_remap_is_huge_in_the_middle_and_small_at_its_ends()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var area = rig.Mmap(At - M2 - K4, Physical - M2 - K4, G1 + (2 * M2) + (2 * K4));
        Assert.That(rig.Mm.RemapPfnRange(area, area.Start, area.PfnOf(area.Start), area.Bytes, PageSize.Size1G), Is.EqualTo(Errno.None));
        Assert.That((Leaves(rig, 0), Leaves(rig, 1), Leaves(rig, 2)), Is.EqualTo((2UL, 2UL, 1UL)));
        Assert.That(rig.Mm.Mprotect(new Va(At + K4), K4, AreaFlags.Read), Is.EqualTo(Errno.None));
        Assert.That((Leaves(rig, 0), Leaves(rig, 1), Leaves(rig, 2)), Is.EqualTo((2UL, 2UL, 0UL)), "mprotect of a part takes the one leaf");
        rig.Warm(area.Start.Value, area.Bytes);
        Assert.That((Leaves(rig, 0), Leaves(rig, 1), Leaves(rig, 2)), Is.EqualTo((2UL + 512, 2UL + 511, 0UL)));
    }

    [Test]
    public void What_is_mapped_already_is_a_BUG()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var area = rig.Mmap(At, Physical, M2);
        rig.Warm(At, M2);
        Assert.That(() => rig.Mm.RemapPfnRange(area, area.Start, First, K4), Throws.InvalidOperationException.With.Message.Contains("remap over what is mapped at 0x2000000000"));
    }

    [Test]
    public void A_stretch_outside_of_the_area_is_refused()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var area = rig.Mmap(At, Physical, M2);
        Assert.That(rig.Mm.RemapPfnRange(area, area.Start, First, M2 + K4), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Mm.RemapPfnRange(area, new Va(At + 1), First, K4), Is.EqualTo(Errno.EINVAL));
    }

    [Test]
    public void An_area_that_is_copied_on_write_is_remapped_whole_and_by_small_leaves_only()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var area = PrivateArea(rig);
        Assert.That(rig.Mm.RemapPfnRange(area, area.Start, First, M2), Is.EqualTo(Errno.EINVAL), "a part");
        Assert.That(rig.Mm.RemapPfnRange(area, area.Start, First, 2 * M2, PageSize.Size2M), Is.EqualTo(Errno.EINVAL), "huge");
        Assert.That(rig.Mm.RemapPfnRange(area, area.Start, First, 2 * M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.FollowPfnmapStart(area, area.Start, out var entry), Is.EqualTo(Errno.None));
        Assert.That(entry.IsWritable, Is.False);
    }

    [Test]
    public void An_area_that_is_copied_on_write_takes_no_huge_leaf()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var area = PrivateArea(rig);
        Assert.That(() => rig.Mm.Insert(area, area.Start, order: 9), Throws.InvalidOperationException.With.Message.Contains("BUG"));
        rig.Mm.FixupUserFault(area.Start, write: false);
        Assert.That(Leaves(rig, 0), Is.EqualTo(1), "so its faults are small, however well it is aligned");
        Assert.That(rig.Mm.Fork(out var child), Is.EqualTo(Errno.None));
        Assert.That(child!.FollowPfnmapStart(child.FindArea(area.Start)!, area.Start, out var entry), Is.EqualTo(Errno.None));
        Assert.That(entry.IsWritable, Is.False);
    }

    [Test]
    public void Scenario_28_an_area_with_VM_IO_alone_is_followed_although_type1_would_not()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var bar = new VfioPciBar(rig.Device, First, M2);
        var area = new Area(new Va(At), M2, ReadWrite | AreaFlags.Io, bar, 0);
        rig.Mm.Insert(area);
        Assert.That(rig.Mm.RemapPfnRange(area, area.Start, First, M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.FollowPfnmapStart(area, area.Start, out _), Is.EqualTo(Errno.None));
        var plain = new Area(new Va(At + G1), M2, ReadWrite, bar, 0);
        rig.Mm.Insert(plain);
        Assert.That(rig.Mm.FollowPfnmapStart(plain, plain.Start, out _), Is.EqualTo(Errno.EINVAL));
    }

    private static Area PrivateArea(LinuxRig rig)
    {
        var area = new Area(new Va(At), 2 * M2, AreaFlags.Read | AreaFlags.Write | AreaFlags.Pfnmap, new VfioPciBar(rig.Device, First, 2 * M2), 0);
        Assert.That(rig.Mm.Insert(area), Is.EqualTo(Errno.None));
        return area;
    }

    private static ulong Leaves(LinuxRig rig, int level) => rig.Mm.Table.CountLeaves(IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte)))[level];
}
