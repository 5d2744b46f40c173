using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class AreaTests
{
    private const ulong Physical = 64 * G1;

    [Test]
    public void Areas_are_found_at_their_first_and_last_byte_only()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var areas = new List<Area>();
        foreach (var slot in new ulong[] { 5, 1, 3, 9, 7 }) areas.Add(rig.Mmap(slot * M2, Physical, M2));
        foreach (var area in areas)
        {
            Assert.That(rig.Mm.FindArea(area.Start), Is.SameAs(area));
            Assert.That(rig.Mm.FindArea(area.Last), Is.SameAs(area));
            Assert.That(rig.Mm.FindArea(area.Last + 1), Is.Null);
            Assert.That(rig.Mm.FindArea(new Va(area.Start.Value - 1)), Is.Null);
        }
    }

    [TestCase(AreaFlags.Read | AreaFlags.Write, 0UL, M2, Errno.EINVAL, Description = "private")]
    [TestCase(ReadWrite, 0UL, 0UL, Errno.EINVAL, Description = "empty")]
    [TestCase(ReadWrite, 0UL, M2 + 1, Errno.EINVAL, Description = "no page bound")]
    [TestCase(ReadWrite, M2, M2 + K4, Errno.EINVAL, Description = "beyond the BAR")]
    [TestCase(ReadWrite, ulong.MaxValue - 4095, M2, Errno.EINVAL, Description = "offset wraps")]
    [TestCase(ReadWrite, M2, M2, Errno.None, Description = "the BAR's last part")]
    public void Mmap_refuses_what_vfio_refuses(AreaFlags flags, ulong offset, ulong bytes, Errno expected)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var bar = new VfioPciBar(rig.Device, new Pfn(Physical >> Pfn.Shift), 2 * M2);
        Assert.That(bar.Mmap(rig.Mm, new Va(G1), offset, bytes, flags, out var area), Is.EqualTo(expected));
        Assert.That(area is null, Is.EqualTo(expected != Errno.None));
    }

    [Test]
    public void Mmap_beyond_user_space_or_over_another_area_fails()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var bar = new VfioPciBar(rig.Device, new Pfn(Physical >> Pfn.Shift), 2 * M2);
        Assert.That(bar.Mmap(rig.Mm, new Va((1UL << 47) - M2), 0, M2, ReadWrite, out _), Is.EqualTo(Errno.ENOMEM));
        Assert.That(bar.Mmap(rig.Mm, new Va(ulong.MaxValue - M2 + 1), 0, 2 * M2, ReadWrite, out _), Is.EqualTo(Errno.ENOMEM));
        rig.Mmap(G1, Physical, M2);
        Assert.That(bar.Mmap(rig.Mm, new Va(G1 + M2 - K4), 0, M2, ReadWrite, out _), Is.EqualTo(Errno.EEXIST));
        Assert.That(bar.Mmap(rig.Mm, new Va(G1 + M2), 0, M2, ReadWrite, out _), Is.EqualTo(Errno.None));
    }

    [Test]
    public void A_lookup_yields_the_exact_page_and_the_mask_of_its_leaf_where_patch_4_is_in([Values] bool hasMask)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux612 with { Patches = hasMask ? VfioPatches.AddressMask : VfioPatches.None });
        var area = rig.Mmap(G1, Physical, G1);
        rig.Warm(G1, G1);
        var va = new Va(G1 + (5 * K4));
        Assert.That(rig.Mm.FollowPfnmapStart(area, va, out var entry), Is.EqualTo(Errno.None));
        var mask = hasMask ? PageSize.Size1G.PageMask : PageSize.Size4K.PageMask;
        Assert.That(entry, Is.EqualTo(new PfnmapEntry(new Pfn((Physical >> Pfn.Shift) + 5), mask, IsWritable: true)));
    }

    [Test]
    public void A_lookup_that_misses_is_EINVAL_and_counts()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var area = rig.Mmap(G1, Physical, G1);
        Assert.That(rig.Mm.FollowPfnmapStart(area, area.Start, out _), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Mm.FollowPfnmapStart(area, area.Last + 1, out _), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters { Lookups = 2 }));
    }
}
