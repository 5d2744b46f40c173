using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>kernel.md, section 1.11.</summary>
public class DirtyTrackingTests
{
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [Test]
    public void Held_pages_are_dirty_from_the_start_and_again_after_each_report([Values] MapPath path)
    {
        using var rig = Rig(path);
        rig.Map(Device, At, 100 * K4);
        rig.Container.PinPages(new Iova(Device + (3 * K4)), Permissions.Write, new Pfn[1]);
        Assert.That(rig.Container.StartDirtyTracking(), Is.EqualTo(Errno.None));
        rig.Container.PinPages(new Iova(Device + (70 * K4)), Permissions.Write, new Pfn[1]);
        for (var time = 0; time < 2; time++)
        {
            var bitmap = new ulong[2];
            Assert.That(rig.Container.GetDirtyBitmap(new Iova(Device), 100 * K4, K4, bitmap), Is.EqualTo(Errno.None));
            Assert.That(bitmap, Is.EqualTo([1UL << 3, 1UL << 6]));
        }

        rig.Container.UnpinPages(new Iova(Device + (3 * K4)), 1);
        var last = new ulong[2];
        rig.Container.GetDirtyBitmap(new Iova(Device), 100 * K4, K4, last);
        Assert.That(last[0], Is.EqualTo(1UL << 3), "written until it was given back");
        Array.Clear(last);
        rig.Container.GetDirtyBitmap(new Iova(Device), 100 * K4, K4, last);
        Assert.That(last, Is.EqualTo([0UL, 1UL << 6]));
    }

    [Test]
    public void A_group_that_tells_nothing_makes_every_mapped_page_dirty_at_any_offset([Values] MapPath path, [Values(1, 63, 64, 65, 130)] int first, [Values(1, 64, 100)] int pages)
    {
        using var rig = Rig(path);
        rig.Container.NonPinnedGroups = 1;
        rig.Map(Device, At, K4);
        rig.Map(Device + ((ulong)first * K4), At + K4, (ulong)pages * K4);
        rig.Map(Device + ((ulong)(first + pages + 2) * K4), At + (200 * K4), 3 * K4);
        rig.Container.StartDirtyTracking();
        var total = first + pages + 5;
        var bitmap = new ulong[(total + 63) / 64];
        Assert.That(rig.Container.GetDirtyBitmap(new Iova(Device), (ulong)total * K4, K4, bitmap), Is.EqualTo(Errno.None));
        for (var page = 0; page < bitmap.Length * 64; page++)
        {
            var isMapped = page == 0 || (page >= first && page < first + pages) || (page >= first + pages + 2 && page < total);
            Assert.That((bitmap[page / 64] >> (page % 64)) & 1, Is.EqualTo(isMapped ? 1UL : 0UL), $"page {page}");
        }
    }

    [Test]
    public void An_unmap_can_report_what_it_removes([Values] MapPath path)
    {
        using var rig = Rig(path);
        rig.Container.NonPinnedGroups = 1;
        rig.Map(Device, At, 3 * K4);
        rig.Map(Device + (5 * K4), At + (3 * K4), 2 * K4);
        var bitmap = new ulong[1];
        Assert.That(Unmap(rig, 7, K4, bitmap), Is.EqualTo(Errno.EINVAL), "nothing is tracked");
        rig.Container.StartDirtyTracking();
        Assert.That(Unmap(rig, 7, 2 * K4, bitmap), Is.EqualTo(Errno.EINVAL), "not the smallest page");
        Assert.That(Unmap(rig, 7, K4, []), Is.EqualTo(Errno.EINVAL), "no room");
        Assert.That(rig.Container.UnmapDma(new Iova(0), 0, UnmapDmaFlags.GetDirtyBitmap | UnmapDmaFlags.All, K4, bitmap, out _), Is.EqualTo(Errno.EINVAL));
        Assert.That(Unmap(rig, 7, K4, bitmap), Is.EqualTo(Errno.None));
        Assert.That((bitmap[0], rig.Container.MappingCount), Is.EqualTo((0b1100111UL, 0)));
    }

    [Test]
    public void A_report_cuts_no_mapping_and_needs_tracking()
    {
        using var rig = Rig(MapPath.Kernel);
        rig.Map(Device, At, 4 * K4);
        var bitmap = new ulong[1];
        Assert.That(rig.Container.GetDirtyBitmap(new Iova(Device), 4 * K4, K4, bitmap), Is.EqualTo(Errno.EINVAL));
        rig.Container.StartDirtyTracking();
        Assert.Multiple(() =>
        {
            Assert.That(rig.Container.GetDirtyBitmap(new Iova(Device), 3 * K4, K4, bitmap), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Container.GetDirtyBitmap(new Iova(Device + K4), 3 * K4, K4, bitmap), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Container.GetDirtyBitmap(new Iova(Device), 0, K4, bitmap), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Container.GetDirtyBitmap(new Iova(Device), 4 * K4, 3, bitmap), Is.EqualTo(Errno.EINVAL));
            Assert.That(rig.Container.GetDirtyBitmap(new Iova(ulong.MaxValue - K4 + 1), 2 * K4, K4, bitmap), Is.EqualTo(Errno.EOVERFLOW));
            Assert.That(rig.Container.GetDirtyBitmap(new Iova(Device), 4 * K4, K4, bitmap), Is.EqualTo(Errno.None));
        });
        rig.Container.StopDirtyTracking();
        Assert.That(rig.Container.GetDirtyBitmap(new Iova(Device), 4 * K4, K4, bitmap), Is.EqualTo(Errno.EINVAL));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_bitmap_that_cannot_be_had_is_ENOMEM_and_nothing_is_tracked(int number)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, failures: FailureScript.Of(FailurePoint.Bitmap, number));
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        rig.Map(Device, At, K4);
        rig.Map(Device + K4, At + K4, K4);
        Assert.That(rig.Container.StartDirtyTracking(), Is.EqualTo(Errno.ENOMEM));
        Assert.That(rig.Container.IsTrackingDirty, Is.False);
        Assert.That(ContainerInvariants.Dmas(rig).All(dma => dma.Dirty is null), Is.True);
    }

    [Test]
    public void A_map_whose_bitmap_cannot_be_had_is_undone()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, failures: FailureScript.Of(FailurePoint.Bitmap, 1));
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        rig.Container.StartDirtyTracking();
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.ENOMEM));
        RamScenarioTests.CheckEmpty(rig);
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
    }

    [Test]
    public void More_than_2_to_the_31_pages_less_one_cannot_be_tracked()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, hasDomain: false);
        rig.Container.StartDirtyTracking();
        Assert.That(rig.Map(0, At, 8 * 1024 * G1), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Container.MappingCount, Is.Zero);
    }

    private static Errno Unmap(LinuxRig rig, ulong pages, ulong pageBytes, ulong[] bitmap) =>
        rig.Container.UnmapDma(new Iova(Device), pages * K4, UnmapDmaFlags.GetDirtyBitmap, pageBytes, bitmap, out _);

    private static LinuxRig Rig(MapPath path)
    {
        var rig = new LinuxRig(KernelProfiles.Linux73, path);
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        rig.Container.AttachEmulated(new Mdev());
        return rig;
    }
}
