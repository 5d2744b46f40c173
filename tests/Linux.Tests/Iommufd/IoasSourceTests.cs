using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>kernel.md, section 6.1: where frames come from; and 6.5: what devices wrote.</summary>
public class IoasSourceTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [TestCase(RamKind.Pages4K, 1024)]
    [TestCase(RamKind.Thp, 2)]
    [TestCase(RamKind.Hugetlb2M, 2)]
    public void A_memfd_is_pinned_by_the_folio_without_a_pin_of_the_process(RamKind kind, int grabs)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var (ioas, file) = (Ioas(rig), File(rig, kind));
        Assert.That(ioas.MapFile(new Iova(Device), file, 0, 2 * M2, Permissions.ReadWrite), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters { FolioGrabs = grabs, Pins = 1024, Chunks = 2, IommuMapCalls = 2, TableMapCalls = 2 }));
        Assert.That((rig.Mm.Locked.Pages, rig.FrameAt(Device + M2)), Is.EqualTo((1024UL, (ulong?)((Ram + (4 * M2)) / K4))));
        Assert.That(ioas.Unmap(new Iova(Device), 2 * M2, out _), Is.EqualTo(Errno.None));
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void A_part_of_a_memfd_takes_parts_of_folios_and_fails_without_a_trace([Values("", "map:2", "lock:1")] string text)
    {
        FailureScript? script = null;
        if (text.Length != 0) Assert.That(FailureScript.TryParse(text, out script, out _), Is.True);
        using var rig = new LinuxRig(KernelProfiles.Linux73, failures: script);
        var (ioas, file) = (Ioas(rig), File(rig, RamKind.Thp));
        var errno = ioas.MapFile(new Iova(Device), file, M2 - (3 * K4), 5 * K4, Permissions.Read);
        Assert.That(errno, Is.EqualTo(text switch { "" => Errno.None, "lock:1" => Errno.EINTR, _ => Errno.ENOMEM }));
        Assert.That(rig.Mm.StructPages.Pinned, Is.EqualTo(errno == Errno.None ? 5 : 0));
        if (errno != Errno.None) RamScenarioTests.CheckEmpty(rig);
        Assert.That(ioas.MapFile(new Iova(Device + G1), file, 2 * M2, K4, Permissions.Read), Is.EqualTo(Errno.EINVAL), "behind its end");
    }

    [Test]
    public void A_buffer_of_16_TiB_and_more_is_several_runs()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var ioas = Ioas(rig);
        const ulong bytes = 16UL << 40;
        BarDmaBuf.Export(new VfioPciBar(rig.Device, new Pfn((64UL << 40) / K4), bytes), 0, bytes, out var buffer);
        Assert.That(ioas.MapBuffer(new Iova(0), buffer!, 0, bytes - K4, Permissions.Read), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped.IommuMapCalls, Is.EqualTo(1), "2^32 - 1 pages");
        Assert.That(ioas.Unmap(new Iova(0), bytes - K4, out _), Is.EqualTo(Errno.None));
        rig.Counters.Reset();
        Assert.That(ioas.MapBuffer(new Iova(0), buffer!, 0, bytes, Permissions.Read), Is.EqualTo(Errno.None));
        Assert.That((rig.Mapped.IommuMapCalls, rig.FrameAt(bytes - K4)), Is.EqualTo((2L, (ulong?)(((64UL << 40) + bytes - K4) / K4))));
    }

    [Test]
    public void A_virtual_function_loses_its_mapping_and_may_be_mapped_at_once()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var ioas = Ioas(rig);
        var function = new VfioPciDevice { IsVirtualFunction = true };
        BarDmaBuf.Export(new VfioPciBar(function, new Pfn(Physical / K4), M2), 0, M2, out var buffer);
        Assert.That(ioas.MapBuffer(new Iova(Device), buffer!, 0, M2, Permissions.Read), Is.EqualTo(Errno.None));
        function.SetMemoryDecode(false);
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
        Assert.That(ioas.MapBuffer(new Iova(Device + M2), buffer!, 0, M2, Permissions.Read), Is.EqualTo(Errno.None));
        Assert.That(rig.IommuLeaves.Total, Is.EqualTo(1));
    }

    [Test]
    public void What_devices_write_is_reported_per_domain_and_forgotten_when_read([Values("vtd", "amdv1")] string iommu)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, iommu: IommuKinds.Find(iommu));
        var ioas = Ioas(rig);
        var second = rig.NewDomain(IommuKinds.Find(iommu));
        ioas.AttachDomain(second);
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 512));
        rig.MmapRam(At + M2, RamKind.Thp, (Ram + G1, 2 * M2));
        ioas.Map(new Iova(Device), new Va(At), M2, Permissions.ReadWrite);
        ioas.Map(new Iova(Device + M2), new Va(At + M2), 2 * M2, Permissions.ReadWrite);
        var bitmap = new ulong[24];
        Assert.That(ioas.ReadAndClearDirty(rig.Domain, new Iova(Device), 3 * M2, K4, bitmap), Is.EqualTo(Errno.EINVAL), "nothing is tracked");
        rig.Domain.Write(new Iova(Device));
        Assert.That(ioas.SetDirtyTracking(rig.Domain, on: true), Is.EqualTo(Errno.None));
        Assert.That(ioas.SetDirtyTracking(second, on: true), Is.EqualTo(Errno.None));
        Assert.That(ioas.ReadAndClearDirty(rig.Domain, new Iova(Device), 3 * M2, K4, bitmap), Is.EqualTo(Errno.None));
        Assert.That(bitmap, Is.All.Zero, "what was written before is forgotten");

        rig.Domain.Write(new Iova(Device + (70 * K4)));
        second.Write(new Iova(Device + M2));
        Assert.That(ioas.ReadAndClearDirty(rig.Domain, new Iova(Device), 3 * M2, K4, bitmap, clear: false), Is.EqualTo(Errno.None));
        Assert.That(ioas.ReadAndClearDirty(rig.Domain, new Iova(Device), 3 * M2, K4, bitmap), Is.EqualTo(Errno.None));
        Assert.That((bitmap[1], bitmap.Count(word => word != 0)), Is.EqualTo((1UL << 6, 1)), "one domain's writes are its own");
        var large = new ulong[1];
        Assert.That(ioas.ReadAndClearDirty(second, new Iova(Device), 2 * M2, M2, large), Is.EqualTo(Errno.None));
        Assert.That(large[0] & 2, Is.EqualTo(2), "bits of 2M: the second");
        Array.Clear(bitmap);
        Assert.That(ioas.ReadAndClearDirty(second, new Iova(Device), 3 * M2, K4, bitmap), Is.EqualTo(Errno.None));
        Assert.That(bitmap, Is.All.Zero);
        Assert.Multiple(() =>
        {
            Assert.That(ioas.ReadAndClearDirty(second, new Iova(Device), 4 * M2, K4, new ulong[64]), Is.EqualTo(Errno.EINVAL), "a hole behind");
            Assert.That(ioas.ReadAndClearDirty(second, new Iova(Device), 3 * M2, K4, new ulong[23]), Is.EqualTo(Errno.EINVAL), "no room");
            Assert.That(ioas.ReadAndClearDirty(second, new Iova(Device + K4), M2, M2, bitmap), Is.EqualTo(Errno.EINVAL), "not aligned");
            Assert.That(ioas.ReadAndClearDirty(second, new Iova(Device), M2, 3 * K4, bitmap), Is.EqualTo(Errno.EINVAL), "no power of two");
        });
        Assert.That(ioas.SetDirtyTracking(second, on: false), Is.EqualTo(Errno.None));
        Assert.That(ioas.ReadAndClearDirty(second, new Iova(Device), 3 * M2, K4, bitmap), Is.EqualTo(Errno.EINVAL));
    }

    [TestCase("6.1", "vtd")]
    [TestCase("7.3", "amdv2")]
    [TestCase("7.3", "riscv-sv48")]
    public void Dirty_tracking_needs_a_kernel_and_tables_that_have_it(string profile, string iommu)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), iommu: IommuKinds.Find(iommu));
        var ioas = Ioas(rig);
        Assert.That(ioas.SetDirtyTracking(rig.Domain, on: true), Is.EqualTo(Errno.EOPNOTSUPP));
        Assert.That(ioas.SetDirtyTracking(rig.NewDomain(), on: true), Is.EqualTo(Errno.EINVAL), "not attached");
    }

    /// <summary>Two folios of 2 MiB that do not follow each other.</summary>
    private static RamPages File(LinuxRig rig, RamKind kind)
    {
        rig.Mm.StructPages.AddNormal(new Pfn(Ram / K4), 512);
        rig.Mm.StructPages.AddNormal(new Pfn((Ram + (4 * M2)) / K4), 512);
        return new RamPages(kind, new RamStretch(new Pfn(Ram / K4), 512), new RamStretch(new Pfn((Ram + (4 * M2)) / K4), 512));
    }

    private static Ioas Ioas(LinuxRig rig)
    {
        var ioas = new Ioas(rig.Mm, rig.Counters);
        Assert.That(ioas.AttachDomain(rig.Domain), Is.EqualTo(Errno.None));
        return ioas;
    }
}
