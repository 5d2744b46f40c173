using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Scenarios of kernel.md, section 10, in which ordinary memory plays a part.</summary>
public class RamScenarioTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [Test]
    public void One_GiB_takes_512_pins_of_512_pages_whatever_the_folios([Values("6.1", "6.12", "6.15", "7.3")] string profile, [Values] RamKind kind)
    {
        using var rig = new LinuxRig(Profile(profile));
        rig.MmapRam(At, kind, (Ram, G1));
        Assert.That(rig.Map(Device, At, G1), Is.EqualTo(Errno.None));
        var (faults, grabs) = kind switch { RamKind.Pages4K => (262_144, 262_144), RamKind.Hugetlb1G => (1, 512), _ => (512, 512) };
        var checks = Profile(profile).MemlockCheck == MemlockCheck.PerRun ? 512 : 262_144;
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters
        {
            VaddrGetPfns = 512, GupAttempts = 512, Faults = faults, Pins = 262_144, FolioGrabs = profile == "6.1" ? 262_144 : grabs, MemlockChecks = checks,
            Chunks = 1, IommuMapCalls = 1, TableMapCalls = 1,
        }));
        Assert.That(rig.Mm.Locked.Pages, Is.EqualTo(262_144));
        Assert.That(rig.Unmap(Device, G1), Is.EqualTo(Errno.None));
        Assert.That((rig.Mm.Locked.Pages, rig.Mm.StructPages.Pinned), Is.EqualTo((0UL, 0L)));
        Assert.That(rig.Unmapped.ReservedTests, Is.EqualTo(profile == "7.3" ? 0 : 262_144), "a range without reserved frames goes back at once since 7.3");
    }

    // lab.md 2e: runs as counted in the guest, so many chunks of 1 GiB; lookups stay 512, translations asked for are a page each and one more per further run.
    [TestCase("6.1", RamKind.Pages4K, 160)]
    [TestCase("6.1", RamKind.Thp, 220)]
    [TestCase("6.1", RamKind.Hugetlb2M, 512)]
    [TestCase("6.12", RamKind.Pages4K, 17382)]
    [TestCase("6.12", RamKind.Thp, 247)]
    [TestCase("6.12", RamKind.Hugetlb2M, 1)]
    [TestCase("6.15", RamKind.Pages4K, 14248)]
    [TestCase("6.15", RamKind.Thp, 237)]
    [TestCase("6.15", RamKind.Hugetlb2M, 2)]
    [TestCase("7.3", RamKind.Pages4K, 10142)]
    [TestCase("7.3", RamKind.Thp, 185)]
    [TestCase("7.3", RamKind.Hugetlb2M, 1)]
    public void Counted_runs_of_1_GiB_give_the_counted_calls(string profile, RamKind kind, int runs)
    {
        using var rig = new LinuxRig(Profile(profile));
        rig.MmapRam(At, kind, Broken(kind == RamKind.Pages4K ? K4 : M2, G1, runs));
        rig.Warm(At, G1);
        Assert.That(rig.Map(Device, At, G1), Is.EqualTo(Errno.None));
        Assert.That((rig.Mapped.VaddrGetPfns, rig.Mapped.Chunks, rig.Mapped.IommuMapCalls, rig.Mapped.Pins), Is.EqualTo((512L, (long)runs, (long)runs, 262_144L)));
        Assert.That(rig.Unmap(Device, G1), Is.EqualTo(Errno.None));
        Assert.That((rig.Unmapped.IovaToPhys, rig.Unmapped.IommuUnmapCalls, rig.Unmapped.Unpins), Is.EqualTo((262_144L + runs - 1, (long)runs, 262_144L)));
        Assert.That(rig.Unmapped.IotlbSyncs, Is.EqualTo((runs + 511) / 512));
    }

    [Test]
    public void Scenario_51_a_GiB_of_scattered_pages_is_262144_runs_524287_questions_and_512_flushes()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.MmapRam(At, RamKind.Pages4K, Broken(K4, G1, 262_144));
        Assert.That(rig.Map(Device, At, G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Unmap(Device, G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Unmapped, Is.EqualTo(new UnmapCounters
        {
            IovaToPhys = 524_287, LeavesVisited = 524_287, IommuUnmapCalls = 262_144, IotlbSyncs = 512, Unpins = 262_144,
        }));
    }

    [Test]
    public void Scenario_11_memory_then_a_BAR_throws_the_first_lookup_of_the_BAR_away()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.MmapRam(At, RamKind.Pages4K, (Ram, 600 * K4));
        rig.Mmap(At + (600 * K4), Physical + (600 * K4), 1024 * K4);
        rig.Warm(At, 1624 * K4);
        Assert.That(rig.Map(Device, At, 1624 * K4), Is.EqualTo(Errno.None));
        Assert.Multiple(() =>
        {
            // 600 to 1023 by 4 KiB, then one leaf of 2 MiB, then 88 pages; the first of them twice.
            Assert.That(rig.Mapped.Lookups, Is.EqualTo(424 + 1 + 88 + 1));
            Assert.That(rig.Mapped.Chunks, Is.EqualTo(2));
            Assert.That(rig.Mapped.Pins, Is.EqualTo(600));
            Assert.That(rig.Mm.Locked.Pages, Is.EqualTo(600));
        });
    }

    [TestCase("6.1", 0)]
    [TestCase("6.12", 0)]
    [TestCase("7.3", 0)]
    public void Scenario_12_a_BAR_then_memory_keeps_the_pages_that_were_pinned_ahead(string profile, int again)
    {
        using var rig = new LinuxRig(Profile(profile));
        rig.Mmap(At, Physical, M2);
        rig.MmapRam(At + M2, RamKind.Pages4K, (Ram, M2));
        rig.Warm(At, 2 * M2);
        Assert.That(rig.Map(Device, At, 2 * M2), Is.EqualTo(Errno.None));
        Assert.That((rig.Mapped.Chunks, rig.Mapped.Pins), Is.EqualTo((2L, 512L + again)));
        Assert.That(rig.Mapped.GupAttempts - rig.Mapped.Lookups, Is.EqualTo(1), "one pin of 512 pages, and a failing one for each lookup");
    }

    [Test]
    public void Scenario_14_a_hole_at_the_end_of_a_batch_is_found_by_the_next_call([Values("6.1", "6.12", "7.3")] string profile)
    {
        using var rig = new LinuxRig(Profile(profile));
        rig.MmapRam(At, RamKind.Pages4K, (Ram, 512 * K4));
        Assert.That(rig.Map(Device, At, 513 * K4), Is.EqualTo(Errno.EFAULT));
        Assert.That(rig.Mapped.GupAttempts, Is.EqualTo(2));
        CheckEmpty(rig);
    }

    [Test]
    public void Scenario_13_a_hole_in_the_middle_of_a_batch_gives_a_partial_count_first([Values("6.1", "6.12", "7.3")] string profile)
    {
        using var rig = new LinuxRig(Profile(profile));
        rig.MmapRam(At, RamKind.Pages4K, (Ram, 100 * K4));
        Assert.That(rig.Map(Device, At, 200 * K4), Is.EqualTo(Errno.EFAULT));
        Assert.That((rig.Mapped.GupAttempts, rig.Mapped.Pins, rig.Unmapped.Unpins), Is.EqualTo((2L, 100L, 100L)));
        CheckEmpty(rig);
    }

    [TestCase("6.15", Errno.EFAULT, KnownBugs.None)]
    [TestCase("7.3", Errno.EFAULT, KnownBugs.None)]
    [TestCase("6.1", Errno.None, KnownBugs.ZeroPinIsAFrame)]
    [TestCase("6.12", Errno.None, KnownBugs.ZeroPinIsAFrame)]
    public void Scenario_15_zero_pages_are_EFAULT_since_patch_1_and_a_frame_nobody_wrote_before(string profile, Errno errno, KnownBugs bugs)
    {
        using var rig = new LinuxRig(Profile(profile), failures: FailureScript.Of(FailurePoint.Gup, 1, 0));
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(errno));
        Assert.That(rig.Counters.Bugs, Is.EqualTo(bugs));
        Assert.That(rig.FrameAt(Device), Is.EqualTo(bugs == KnownBugs.None ? null : 0UL), "a frame that the process does not have");
    }

    [Test]
    public void Scenario_15_the_fast_path_asks_no_such_question()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux612, MapPath.Fast, failures: FailureScript.Of(FailurePoint.Gup, 1, 0));
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        Assert.That((rig.FrameAt(Device), rig.Counters.Bugs), Is.EqualTo((Ram / K4, KnownBugs.None)));
    }

    [Test]
    public void Scenario_16_zero_pages_of_a_BAR_lead_to_the_lookup_in_all_versions([Values("6.1", "6.12", "6.15", "7.3")] string profile)
    {
        using var rig = new LinuxRig(Profile(profile), failures: FailureScript.Of(FailurePoint.Gup, 1, 0));
        rig.Mmap(At, Physical, M2);
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        Assert.That((rig.FrameAt(Device), rig.Counters.Bugs), Is.EqualTo((Physical / K4, KnownBugs.None)));
    }

    [TestCase(true, false, Errno.EINTR)]
    [TestCase(false, false, Errno.EINTR)]
    [TestCase(false, true, Errno.None)]
    public void Scenario_17_a_fatal_signal_ends_pins_and_faults_but_not_lookups(bool isRam, bool warm, Errno expected)
    {
        foreach (var profile in KernelProfiles.All)
        {
            using var rig = new LinuxRig(profile, failures: FailureScript.Of(FailurePoint.Signal, 1));
            if (isRam) rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
            else rig.Mmap(At, Physical, M2);
            if (warm) rig.Warm(At, M2);
            Assert.That(rig.Map(Device, At, M2), Is.EqualTo(expected), profile.Name);
            if (expected != Errno.None) CheckEmpty(rig);
        }
    }

    [Test]
    public void Scenario_18_a_fatal_signal_at_the_charge_undoes_earlier_chunks([Values("6.1", "6.12", "7.3")] string profile)
    {
        using var rig = new LinuxRig(Profile(profile), failures: FailureScript.Of(FailurePoint.Lock, 2));
        rig.MmapRam(At, RamKind.Pages4K, Broken(K4, M2, 3));
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.EINTR));
        Assert.That(rig.Mapped.IommuMapCalls, Is.EqualTo(1));
        CheckEmpty(rig);
    }

    [Test]
    public void Scenario_26_reserved_frames_between_normal_ones_are_chunks_of_their_own([Values("6.1", "6.12", "6.15", "7.3")] string profile, [Values] MapPath path)
    {
        using var rig = new LinuxRig(Profile(profile), path);
        rig.Mm.StructPages.AddNormal(new Pfn(Ram / K4), 100);
        rig.Mm.StructPages.AddNormal(new Pfn((Ram / K4) + 101), 411);
        rig.MmapRam(At, new RamPages(RamKind.Pages4K, new RamStretch(new Pfn(Ram / K4), 512)));
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        if (path == MapPath.Kernel) Assert.That((rig.Mapped.Chunks, rig.Mapped.IommuMapCalls), Is.EqualTo((3L, 3L)));
        Assert.That((rig.Mapped.Pins, rig.Mm.Locked.Pages), Is.EqualTo((511L, 511UL)));
        Assert.That(rig.Unmap(Device, M2), Is.EqualTo(Errno.None));
        CheckEmpty(rig);
    }

    [TestCase("6.1", 513)]
    [TestCase("6.12", 513)]
    [TestCase("7.3", 512)]
    public void Scenario_43_without_a_page_for_the_batch_each_page_is_a_call_of_its_own_and_6_12_repeats_one_at_a_break(string profile, int calls)
    {
        using var rig = new LinuxRig(Profile(profile), failures: FailureScript.Of(FailurePoint.Batch, 1));
        rig.MmapRam(At, RamKind.Pages4K, Broken(K4, M2, 2));
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        Assert.That((rig.Mapped.GupAttempts, rig.Mapped.Pins, rig.Mapped.Chunks), Is.EqualTo(((long)calls, (long)calls, 2L)));
        Assert.That(rig.Mm.StructPages.Pinned, Is.EqualTo(512));
    }

    [Test]
    public void Scenario_44_disable_hugepages_makes_every_page_a_chunk([Values("6.1", "6.12", "6.15", "7.3")] string profile, [Values] bool isRam)
    {
        using var rig = new LinuxRig(Profile(profile));
        if (isRam) rig.MmapRam(At, RamKind.Thp, (Ram, M2));
        else rig.Mmap(At, Physical, M2);
        rig.Warm(At, M2);
        rig.Container.DisablesHugepages = true;
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        Assert.That((rig.Mapped.VaddrGetPfns, rig.Mapped.IommuMapCalls, rig.Mapped.Lookups), Is.EqualTo((512L, 512L, isRam ? 0L : 512L)));
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("512 x 4K"));
    }

    [Test]
    public void An_unmap_gives_back_what_the_area_no_longer_has()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var area = rig.MmapRam(At, RamKind.Thp, (Ram, M2));
        rig.Map(Device, At, M2);
        rig.Mm.Munmap(area);
        Assert.That(rig.Unmap(Device, M2), Is.EqualTo(Errno.None), "frames come from the IOMMU, not from the process");
        CheckEmpty(rig);
    }

    /// <summary>Memory in as many physically contiguous runs as are wanted, each a multiple of a unit.</summary>
    internal static (ulong Physical, ulong Bytes)[] Broken(ulong unit, ulong bytes, int runs)
    {
        var stretches = new (ulong, ulong)[runs];
        var (physical, left) = (Ram, bytes / unit);
        for (var run = 0; run < runs; run++)
        {
            var units = left / (ulong)(runs - run);
            stretches[run] = (physical, units * unit);
            physical += (units + 1) * unit;
            left -= units;
        }

        return stretches;
    }

    internal static void CheckEmpty(LinuxRig rig)
    {
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
        Assert.That((rig.Mm.Locked.Pages, rig.Mm.StructPages.Pinned, rig.Container.MappingCount, rig.Container.DmaAvailable), Is.EqualTo((0UL, 0L, 0, Type1Container.DefaultEntryLimit)));
        Assert.That(rig.Counters.Locks!.IsIdle, Is.True);
    }

    private static KernelProfile Profile(string name) => KernelProfiles.All.Single(profile => profile.Name == name);
}
