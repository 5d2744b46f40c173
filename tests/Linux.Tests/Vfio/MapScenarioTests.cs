using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Counts that the kernel path must show, scenario by scenario.</summary>
public class MapScenarioTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [Test]
    public void Scenario_1_32_GiB_congruent_and_warm_takes_32_lookups()
    {
        using var rig = Rig(KernelProfiles.Linux73, At, Physical, 32 * G1, warm: true);
        Assert.That(rig.Map(Device, At, 32 * G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters
        {
            VaddrGetPfns = 32, GupAttempts = 32, Lookups = 32, LeavesVisited = 32, Chunks = 1, IommuMapCalls = 1, TableMapCalls = 1,
        }));
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("32 x 1G"));
    }

    [Test]
    public void Scenario_2_after_a_decode_toggle_each_leaf_costs_a_miss_a_fault_and_a_second_lookup()
    {
        using var rig = Rig(KernelProfiles.Linux73, At, Physical, 32 * G1, warm: true);
        rig.Map(Device, At, 32 * G1);
        var digest = rig.Digest;
        rig.Device.SetMemoryDecode(false);
        Assert.That(rig.Unmap(Device, 32 * G1), Is.EqualTo(Errno.None));
        rig.Device.SetMemoryDecode(true);
        rig.Counters.Reset();
        Assert.That(rig.Map(Device, At, 32 * G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters
        {
            VaddrGetPfns = 32, GupAttempts = 32, Lookups = 64, LeavesVisited = 32, Faults = 32, HugeFaultCalls = 32, Chunks = 1, IommuMapCalls = 1, TableMapCalls = 1,
        }));
        Assert.That(rig.Digest, Is.EqualTo(digest));
    }

    [Test]
    public void Scenario_3_the_same_in_6_12_takes_8388608_lookups_and_32_misses()
    {
        using var rig = Rig(KernelProfiles.Linux612, At, Physical, 32 * G1, warm: false);
        Assert.That(rig.Map(Device, At, 32 * G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters
        {
            VaddrGetPfns = 8_388_608, GupAttempts = 8_388_608, Lookups = 8_388_640, LeavesVisited = 8_388_608,
            Faults = 32, HugeFaultCalls = 32, Chunks = 1, IommuMapCalls = 1, TableMapCalls = 1,
        }));
    }

    [Test]
    public void Scenario_4_congruent_modulo_2_MiB_only_takes_a_lookup_per_2_MiB()
    {
        using var rig = Rig(KernelProfiles.Linux73, At + M2, Physical, 4 * G1, warm: true);
        Assert.That(rig.Map(Device, At + M2, 4 * G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped.Lookups, Is.EqualTo(2048));
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("4 x 1G"), "the IOMMU's leaves do not depend on virtual addresses");
    }

    [Test]
    public void Scenario_5_congruent_modulo_4_KiB_only_takes_a_lookup_per_page_and_succeeds()
    {
        using var rig = Rig(KernelProfiles.Linux73, At + K4, Physical, 32 * M2, warm: true);
        Assert.That(rig.Map(Device, At + K4, 32 * M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped.Lookups, Is.EqualTo(16 * 1024));
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("32 x 2M"));
    }

    [TestCase(true, 4)]
    [TestCase(false, 8)]
    public void Scenario_6_an_unaligned_head_and_tail_are_leaves_of_their_own(bool warm, int lookups)
    {
        const ulong bytes = (2 * G1) + (2 * K4);
        using var rig = Rig(KernelProfiles.Linux73, At - K4, Physical - K4, bytes, warm);
        Assert.That(rig.Map(Device - K4, At - K4, bytes), Is.EqualTo(Errno.None));
        Assert.Multiple(() =>
        {
            Assert.That(rig.Mapped.Lookups, Is.EqualTo(lookups));
            Assert.That(rig.Mapped.Chunks, Is.EqualTo(1));
            Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("2 x 1G + 2 x 4K"));
        });
    }

    [TestCase("6.1", 3)]
    [TestCase("6.15", 3)]
    [TestCase("7.3", 1)]
    public void Scenario_6_a_driver_is_called_for_each_group_of_leaves_and_generic_tables_once(string profile, int calls)
    {
        const ulong bytes = (2 * G1) + (2 * K4);
        using var rig = Rig(Profile(profile), At - K4, Physical - K4, bytes, warm: true);
        Assert.That(rig.Map(Device - K4, At - K4, bytes), Is.EqualTo(Errno.None));
        Assert.That((rig.Mapped.IommuMapCalls, rig.Mapped.TableMapCalls), Is.EqualTo((1L, (long)calls)), "4K x 1, 1G x 2, 4K x 1");
    }

    [TestCase("6.12", 100)]
    [TestCase("7.3", 1)]
    public void Scenario_7_a_request_inside_one_leaf_takes_what_is_wanted_of_it(string profile, int lookups)
    {
        using var rig = Rig(Profile(profile), At, Physical, G1, warm: true);
        Assert.That(rig.Map(Device, At + (5 * K4), 100 * K4), Is.EqualTo(Errno.None));
        Assert.Multiple(() =>
        {
            Assert.That(rig.Mapped.Lookups, Is.EqualTo(lookups));
            Assert.That(rig.Mapped.Chunks, Is.EqualTo(1));
            Assert.That(rig.IommuLeaves[PageSize.Size4K], Is.EqualTo(100));
            Assert.That(rig.FrameAt(Device), Is.EqualTo((Physical >> Pfn.Shift) + 5));
        });
    }

    [Test]
    public void Scenario_8_a_request_that_ends_inside_a_leaf_maps_nothing_beyond_it()
    {
        using var rig = Rig(KernelProfiles.Linux73, At, Physical, 2 * G1, warm: true);
        Assert.That(rig.Map(Device, At, G1 + M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped.Lookups, Is.EqualTo(2));
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("1 x 1G + 1 x 2M"));
        Assert.That(rig.FrameAt(Device + G1 + M2), Is.Null);
    }

    [Test]
    public void Scenario_9_contiguous_frames_are_one_chunk_across_areas()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At, Physical, M2);
        rig.Mmap(At + M2, Physical + M2, M2);
        rig.Warm(At, 2 * M2);
        Assert.That(rig.Map(Device, At, 2 * M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters
        {
            VaddrGetPfns = 2, GupAttempts = 2, Lookups = 2, LeavesVisited = 2, Chunks = 1, IommuMapCalls = 1, TableMapCalls = 1,
        }));
    }

    [Test]
    public void Scenario_10_a_discontinuity_costs_one_lookup_that_is_thrown_away()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At, Physical, M2);
        rig.Mmap(At + M2, Physical + G1, M2);
        rig.Warm(At, 2 * M2);
        Assert.That(rig.Map(Device, At, 2 * M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters
        {
            VaddrGetPfns = 3, GupAttempts = 3, Lookups = 3, LeavesVisited = 3, Chunks = 2, IommuMapCalls = 2, TableMapCalls = 2,
        }));
    }

    [TestCase("6.1")]
    [TestCase("6.12")]
    [TestCase("6.15")]
    [TestCase("7.3")]
    public void Scenario_13_a_hole_fails_the_whole_map_and_undoes_the_chunks_before_it(string profile)
    {
        using var rig = new LinuxRig(Profile(profile));
        rig.Mmap(At, Physical, M2);
        rig.Mmap(At + M2, Physical + G1, M2);
        var available = rig.Container.DmaAvailable;
        Assert.That(rig.Map(Device, At, (2 * M2) + K4), Is.EqualTo(Errno.EFAULT));
        Assert.Multiple(() =>
        {
            Assert.That(rig.IommuLeaves.Total, Is.Zero);
            Assert.That(rig.Container.MappingCount, Is.Zero);
            Assert.That(rig.Container.DmaAvailable, Is.EqualTo(available));
            Assert.That(rig.Mapped.Chunks, Is.EqualTo(1), "the chunk that the hole ends is lost as a whole");
            Assert.That(rig.Unmapped.IommuUnmapCalls, Is.EqualTo(1));
        });
    }

    [Test]
    public void Scenario_25_a_frame_with_an_ordinary_struct_page_in_a_pfnmap_is_EFAULT([Values] MapPath path)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, path);
        rig.Mmap(At, Physical, 2 * M2);
        rig.Mm.StructPages.AddNormal(new Pfn((Physical + M2) >> Pfn.Shift), 1);
        Assert.That(rig.Map(Device, At, 2 * M2), Is.EqualTo(Errno.EFAULT));
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
    }

    [Test]
    public void Scenario_27_a_write_map_of_a_read_only_area_is_EFAULT_and_a_read_map_succeeds([Values] MapPath path, [Values] bool warm)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, path);
        rig.Mmap(At, Physical, G1, AreaFlags.Read | AreaFlags.Shared);
        if (warm) rig.Warm(At, G1);
        Assert.That(rig.Map(Device, At, G1), Is.EqualTo(Errno.EFAULT));
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
        Assert.That(rig.Map(Device, At, G1, Permissions.Read), Is.EqualTo(Errno.None));
    }

    [Test]
    public void Scenario_28_an_area_with_VM_IO_alone_is_EFAULT([Values] MapPath path)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, path);
        var bar = new VfioPciBar(rig.Device, new Pfn(Physical >> Pfn.Shift), G1);
        rig.Mm.Insert(new Area(new Va(At), G1, ReadWrite | AreaFlags.Io, bar, 0));
        Assert.That(rig.Map(Device, At, G1), Is.EqualTo(Errno.EFAULT));
    }

    [Test]
    public void Scenario_29_decode_off_at_map_time_is_EFAULT([Values] MapPath path)
    {
        using var rig = Rig(KernelProfiles.Linux73, At, Physical, G1, warm: true, path);
        rig.Device.SetMemoryDecode(false);
        Assert.That(rig.Map(Device, At, G1), Is.EqualTo(Errno.EFAULT));
        Assert.That(rig.Mapped.Faults, Is.EqualTo(1));
        rig.Device.SetMemoryDecode(true);
        Assert.That(rig.Map(Device, At, G1), Is.EqualTo(Errno.None));
    }

    [Test]
    public void Scenario_30_decode_off_later_leaves_the_device_its_mapping_and_unmap_works([Values] MapPath path)
    {
        using var rig = Rig(KernelProfiles.Linux73, At, Physical, G1, warm: true, path);
        rig.Map(Device, At, G1);
        rig.Device.SetMemoryDecode(false);
        Assert.That(rig.FrameAt(Device), Is.EqualTo(Physical >> Pfn.Shift));
        Assert.That(rig.Container.UnmapDma(new Iova(Device), G1, out var unmapped), Is.EqualTo(Errno.None));
        Assert.That(unmapped, Is.EqualTo(G1));
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
    }

    [Test]
    public void Scenario_62_two_views_of_one_BAR_have_their_own_leaves_and_the_IOMMU_the_same()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At, Physical, G1);
        rig.Mmap(At + (4 * G1) + M2, Physical, G1);
        rig.Map(Device, At, G1);
        Assert.That(rig.Mapped.VaddrGetPfns, Is.EqualTo(1));
        rig.Counters.Reset();
        rig.Map(Device + (4 * G1), At + (4 * G1) + M2, G1);
        Assert.That(rig.Mapped.VaddrGetPfns, Is.EqualTo(512));
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("2 x 1G"));
    }

    [Test]
    public void A_misaligned_area_beside_an_aligned_one_counts_its_own_leaves()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At, Physical, 4 * M2);
        rig.Mmap(At + (4 * M2), Physical + G1 + K4, M2);
        Assert.That(rig.Map(Device, At, 5 * M2), Is.EqualTo(Errno.None));
        Assert.Multiple(() =>
        {
            Assert.That(rig.Mapped.Faults, Is.EqualTo(4 + 512));
            Assert.That(rig.Mapped.VaddrGetPfns, Is.EqualTo(4 + 512 + 1));
            Assert.That(rig.Mapped.Lookups, Is.EqualTo(4 + 512 + 1 + 4 + 512));
            Assert.That(rig.Mapped.Chunks, Is.EqualTo(2));
        });
    }

    private static LinuxRig Rig(KernelProfile profile, ulong va, ulong physical, ulong bytes, bool warm, MapPath path = MapPath.Kernel)
    {
        var rig = new LinuxRig(profile, path);
        rig.Mmap(va, physical, bytes);
        if (warm) rig.Warm(va, bytes);
        return rig;
    }

    private static KernelProfile Profile(string name) => KernelProfiles.All.Single(profile => profile.Name == name);
}
