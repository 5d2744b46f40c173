using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>kernel.md, section 6.1.</summary>
public class IoasTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [Test]
    public void A_BAR_of_32_GiB_is_one_run_and_no_lookup_and_one_unmap()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var ioas = Ioas(rig);
        Assert.That(BarDmaBuf.Export(new VfioPciBar(rig.Device, new Pfn(Physical / K4), 32 * G1), 0, 32 * G1, out var buffer), Is.EqualTo(Errno.None));
        Assert.That(ioas.MapBuffer(new Iova(Device), buffer!, 0, 32 * G1, Permissions.ReadWrite), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters { Chunks = 1, IommuMapCalls = 1, TableMapCalls = 1 }));
        Assert.That((rig.IommuLeaves.ToString(), rig.Mm.Locked.Pages), Is.EqualTo(("32 x 1G", 0UL)));
        Assert.That(ioas.Unmap(new Iova(Device), 32 * G1, out var unmapped), Is.EqualTo(Errno.None));
        Assert.That((unmapped, rig.Unmapped), Is.EqualTo((32 * G1, new UnmapCounters { IommuUnmapCalls = 1, IotlbSyncs = 1 })));
    }

    [Test]
    public void Decode_off_takes_the_BAR_away_and_only_a_new_map_brings_it_back()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var ioas = Ioas(rig);
        BarDmaBuf.Export(new VfioPciBar(rig.Device, new Pfn(Physical / K4), G1), M2, M2, out var buffer);
        ioas.MapBuffer(new Iova(Device), buffer!, K4, M2 - K4, Permissions.Read);
        Assert.That(rig.FrameAt(Device), Is.EqualTo((Physical + M2 + K4) / K4));
        rig.Device.SetMemoryDecode(false);
        Assert.That((rig.IommuLeaves.Total, ioas.AreaCount), Is.EqualTo((0UL, 1)));
        Assert.That(ioas.MapBuffer(new Iova(Device + G1), buffer!, 0, M2, Permissions.Read), Is.EqualTo(Errno.ENODEV), "not while the device does not answer");
        Assert.That(ioas.AttachDomain(rig.NewDomain()), Is.EqualTo(Errno.None), "a later domain finds nothing to map, and that is success");
        rig.Device.SetMemoryDecode(true);
        var later = rig.NewDomain();
        Assert.That(ioas.AttachDomain(later), Is.EqualTo(Errno.None));
        Assert.That((rig.IommuLeaves.Total, later.CountLeafSizes().Total), Is.EqualTo((0UL, 0UL)), "the area stays empty although the device answers again");
        Assert.That(ioas.Unmap(new Iova(Device), M2 - K4, out _), Is.EqualTo(Errno.None));
        Assert.That(ioas.MapBuffer(new Iova(Device), buffer!, 0, M2, Permissions.Read), Is.EqualTo(Errno.None));
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("1 x 2M"));
    }

    [TestCase("6.12")]
    [TestCase("7.3")]
    public void The_address_of_a_BAR_cannot_be_mapped_and_a_dma_buf_only_since_7_0(string profile)
    {
        using var rig = new LinuxRig(Profile(profile));
        var ioas = Ioas(rig);
        rig.Mmap(At, Physical, M2);
        rig.Warm(At, M2);
        Assert.That(ioas.Map(new Iova(Device), new Va(At), M2, Permissions.Read), Is.EqualTo(Errno.EFAULT));
        BarDmaBuf.Export(new VfioPciBar(rig.Device, new Pfn(Physical / K4), M2), 0, M2, out var buffer);
        Assert.That(ioas.MapBuffer(new Iova(Device), buffer!, 0, M2, Permissions.Read), Is.EqualTo(profile == "7.3" ? Errno.None : Errno.EOPNOTSUPP));
    }

    [Test]
    public void Memory_is_pinned_8192_pages_at_a_time_and_mapped_by_the_run([Values(1, 3, 6000)] int runs)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var ioas = Ioas(rig);
        ioas.AttachDomain(rig.NewDomain());
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, G1 / 8, runs));
        Assert.That(ioas.Map(new Iova(Device), new Va(At), G1 / 8, Permissions.ReadWrite), Is.EqualTo(Errno.None));
        Assert.That((rig.Mapped.GupAttempts, rig.Mapped.Pins, rig.Mapped.IommuMapCalls), Is.EqualTo((4L, 32_768L, 2L * runs)));
        Assert.That(rig.Mm.Locked.Pages, Is.EqualTo(32_768));
        Assert.That(ioas.Unmap(new Iova(Device), G1 / 8, out _), Is.EqualTo(Errno.None));
        Assert.That((rig.Unmapped.IovaToPhys, rig.Unmapped.IommuUnmapCalls, rig.Unmapped.Unpins), Is.EqualTo((32_768L + (runs > 5461 ? 1 : 0), runs > 5461 ? 3L : 2L, 32_768L)), "a full batch asks for one page twice");
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void Without_large_pages_each_page_is_a_map_of_its_own()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var ioas = Ioas(rig);
        ioas.DisablesLargePages = true;
        rig.MmapRam(At, RamKind.Thp, (Ram, M2));
        ioas.Map(new Iova(Device), new Va(At), M2, Permissions.ReadWrite);
        Assert.That((rig.Mapped.IommuMapCalls, rig.IommuLeaves.ToString()), Is.EqualTo((512L, "512 x 4K")));
    }

    [Test]
    public void Whatever_fails_leaves_all_domains_as_they_were([Values("map:1", "map:4", "map:5", "map:6", "page:0", "page:300", "gup:1=0", "signal:1", "lock:1", "fault:1")] string text)
    {
        Assert.That(FailureScript.TryParse(text, out var script, out _), Is.True);
        using var rig = new LinuxRig(KernelProfiles.Linux73, failures: script);
        var ioas = Ioas(rig);
        var second = rig.NewDomain();
        ioas.AttachDomain(second);
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 3));
        Assert.That(ioas.Map(new Iova(Device), new Va(At), M2, Permissions.ReadWrite), Is.Not.EqualTo(Errno.None));
        Assert.That((second.CountLeafSizes().Total, ioas.AreaCount), Is.EqualTo((0UL, 0)));
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void The_limit_counts_at_the_end()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var ioas = Ioas(rig);
        rig.Mm.Locked.LimitBytes = M2 - K4;
        rig.MmapRam(At, RamKind.Thp, (Ram, M2));
        Assert.That(ioas.Map(new Iova(Device), new Va(At), M2, Permissions.ReadWrite), Is.EqualTo(Errno.ENOMEM));
        Assert.That(rig.Mapped.IommuMapCalls, Is.EqualTo(1), "it was mapped before it was charged");
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void A_later_domain_gets_what_stands_and_a_first_one_pins_it()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var ioas = new Ioas(rig.Mm, rig.Counters);
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 3));
        BarDmaBuf.Export(new VfioPciBar(rig.Device, new Pfn(Physical / K4), M2), 0, M2, out var buffer);
        ioas.Map(new Iova(Device), new Va(At), M2, Permissions.ReadWrite);
        ioas.MapBuffer(new Iova(Device + M2), buffer!, 0, M2, Permissions.ReadWrite);
        Assert.That(rig.Mm.StructPages.Pinned, Is.Zero);
        Assert.That(ioas.AttachDomain(rig.Domain), Is.EqualTo(Errno.None));
        var second = rig.NewDomain();
        Assert.That(ioas.AttachDomain(second), Is.EqualTo(Errno.None));
        Assert.That((rig.Mm.StructPages.Pinned, second.Digest()), Is.EqualTo((512L, rig.Digest)));
    }

    [Test]
    public void Arguments_are_checked()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var ioas = Ioas(rig);
        rig.MmapRam(At, RamKind.Thp, (Ram, 2 * M2));
        Assert.Multiple(() =>
        {
            Assert.That(ioas.Map(new Iova(Device), new Va(At), 0, Permissions.Read), Is.EqualTo(Errno.EINVAL));
            Assert.That(ioas.Map(new Iova(Device + 1), new Va(At), K4, Permissions.Read), Is.EqualTo(Errno.EINVAL));
            Assert.That(ioas.Map(new Iova(Device), new Va(At), K4, Permissions.None), Is.EqualTo(Errno.EINVAL));
            Assert.That(ioas.Map(new Iova(ulong.MaxValue - K4 + 1), new Va(At), 2 * K4, Permissions.Read), Is.EqualTo(Errno.EOVERFLOW));
            Assert.That(ioas.Map(new Iova(1UL << 48), new Va(At), K4, Permissions.Read), Is.EqualTo(Errno.EINVAL));
            Assert.That(ioas.Map(new Iova(Device), new Va(At), M2, Permissions.Read), Is.EqualTo(Errno.None));
            Assert.That(ioas.Map(new Iova(Device + M2 - K4), new Va(At), M2, Permissions.Read), Is.EqualTo(Errno.EEXIST));
            Assert.That(ioas.Unmap(new Iova(Device), K4, out _), Is.EqualTo(Errno.ENOENT), "it would be cut");
            Assert.That(ioas.Unmap(new Iova(0), K4, out _), Is.EqualTo(Errno.ENOENT), "there is none");
            Assert.That(ioas.Unmap(new Iova(Device), M2, out _), Is.EqualTo(Errno.None));
        });
    }

    private static Ioas Ioas(LinuxRig rig)
    {
        var ioas = new Ioas(rig.Mm, rig.Counters);
        Assert.That(ioas.AttachDomain(rig.Domain), Is.EqualTo(Errno.None));
        return ioas;
    }

    private static KernelProfile Profile(string name) => KernelProfiles.All.Single(profile => profile.Name == name);
}
