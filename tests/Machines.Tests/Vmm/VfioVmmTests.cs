using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tests;

/// <summary>Whole boots through the real map path: every config write, every UNMAP and MAP_DMA, every lookup is executed.</summary>
public sealed class VfioVmmTests
{
    private const ulong G = 1UL << 30;

    private static (VfioVmm Vmm, MapEventRecorder Recorder, BarRegister Bar) Boot(string host, string guest, VmmSettings settings, ThpPolicy thp = ThpPolicy.Always, BusRange? trapped = null)
    {
        var pci = GuestTopology.Of([[BarDeclaration.Memory64(0, G)]]);
        var gpu = pci.Functions.Single(function => function.Bars64 == 1);
        var recorder = new MapEventRecorder(pci);
        var vmm = new VfioVmm(new VfioHost { Kernel = LinuxGuestTraceTests.Version(host), Thp = thp }, settings);
        vmm.Assign(gpu, new AssignedBar(gpu.Bars[0], new PhysicalAddress(1UL << 42), trapped));
        pci.Attach(vmm);
        new GuestBoot { Kernel = LinuxGuestTraceTests.Version(guest) }.Run(pci);
        return (vmm, recorder, gpu.Bars[0]);
    }

    // One 1 GiB leaf: a warm map is one lookup, a cold one two, the second after the fault.
    [TestCase("6.16", "6.12", 13, 8)]
    [TestCase("6.16", "6.16", 6, 3)]
    public void Every_event_of_a_boot_is_one_map_and_finds_the_table_as_the_zap_left_it(string host, string guest, int maps, int cold)
    {
        var (vmm, recorder, bar) = Boot(host, guest, new VmmSettings());
        using (vmm)
        {
            Assert.Multiple(() =>
            {
                Assert.That(recorder.MapsOf(bar), Is.EqualTo(maps));
                Assert.That(recorder.ColdMapsOf(bar), Is.EqualTo(cold));
                Assert.That((vmm.MapCalls, vmm.UnmapCalls), Is.EqualTo((maps, maps - 1)));
                Assert.That(vmm.Counters.Map.Faults, Is.EqualTo(cold));
                Assert.That(vmm.Counters.Map.Lookups, Is.EqualTo(maps + cold));
                Assert.That(vmm.Counters.Unmap.IovaToPhys, Is.EqualTo((maps - 1) * 262_144));
                Assert.That(vmm.Warnings, Is.Empty);
                Assert.That(vmm.Mappings, Is.EqualTo(1));
            });
        }
    }

    [Test]
    public void The_hosts_kernel_changes_no_event_and_the_guests_no_lookup_of_one()
    {
        var (old, oldEvents, oldBar) = Boot("6.12", "6.12", new VmmSettings());
        var (mask, maskEvents, maskBar) = Boot("6.16", "6.12", new VmmSettings());
        using (old)
        using (mask)
        {
            Assert.That(maskEvents.MapsOf(maskBar), Is.EqualTo(oldEvents.MapsOf(oldBar)));
            Assert.That(old.Counters.Map.VaddrGetPfns, Is.EqualTo(262_144 * mask.Counters.Map.VaddrGetPfns));
            Assert.That(old.Domain.Digest(), Is.EqualTo(mask.Domain.Digest()));
        }
    }

    [Test]
    public void A_vmm_that_does_not_align_looks_up_each_page()
    {
        var (vmm, recorder, bar) = Boot("6.16", "6.16", new VmmSettings { AlignsMmap = false });
        using (vmm) Assert.That(vmm.Counters.Map.VaddrGetPfns, Is.EqualTo(262_144L * recorder.MapsOf(bar)));
    }

    [Test]
    public void Thp_never_on_6_12_faults_each_page_after_each_zap()
    {
        var (vmm, recorder, bar) = Boot("6.12", "6.16", new VmmSettings(), ThpPolicy.Never);
        using (vmm) Assert.That(vmm.Counters.Map.Faults, Is.EqualTo(262_144L * recorder.ColdMapsOf(bar)));
    }

    /// <summary>As H100s have it: a log of QEMU shows the first of two maps, 0xb90000 bytes long.</summary>
    [TestCase("6.12")]
    [TestCase("6.16")]
    public void An_msi_x_table_splits_what_is_mapped_and_a_case_with_the_same_hole_does_the_same(string host)
    {
        const ulong Hole = 0xb90000;
        var (vmm, recorder, bar) = Boot(host, "6.16", new VmmSettings(), trapped: BusRange.Of(Hole, 144));
        using (vmm)
        {
            var (maps, cold) = (recorder.MapsOf(bar), recorder.ColdMapsOf(bar));
            BarOutcome Case(bool warm) => BarExperiment.Run(BarCase.Create(new BarCaseOptions { Bytes = G, Kernel = LinuxGuestTraceTests.Version(host), Warm = warm, Trapped = TrappedPages.Of(Hole, 144) }));
            var (first, again) = (Case(warm: false), Case(warm: true));
            Assert.Multiple(() =>
            {
                Assert.That((vmm.MapCalls, vmm.UnmapCalls, vmm.MemorySlots), Is.EqualTo((2 * maps, 2 * (maps - 1), 2 * maps)));
                Assert.That(vmm.Counters.Map.VaddrGetPfns, Is.EqualTo((first.Map.VaddrGetPfns * cold) + (again.Map.VaddrGetPfns * (maps - cold))));
                Assert.That(vmm.Counters.Map.Faults, Is.EqualTo(first.Map.Faults * cold));
                Assert.That(vmm.Counters.Unmap.IovaToPhys, Is.EqualTo(first.Unmap.IovaToPhys * (maps - 1)));
                // One mmap holds the whole BAR: the leaf of 1 GiB around the hole stays, and each of both sections asks for it.
                Assert.That(first.Map.VaddrGetPfns, Is.EqualTo(host == "6.16" ? 2 : 262_143));
                Assert.That(vmm.Domain.CountLeafSizes().ToString(), Is.EqualTo(again.IommuLeaves.ToString()).And.Not.Contain("1G"));
            });
        }
    }

    /// <summary>After each map event stage 2 is empty: the guest faults in leaf by leaf what it touches.</summary>
    [TestCase("6.16", 1)]
    [TestCase("6.1", 262_144)]
    public void Stage_2_is_filled_by_faults_again_after_each_event(string host, int leaves)
    {
        var pci = GuestTopology.Of([[BarDeclaration.Memory64(0, G)]]);
        var gpu = pci.Functions.Single(function => function.Bars64 == 1);
        using var vmm = new VfioVmm(new VfioHost { Kernel = LinuxGuestTraceTests.Version(host) }, new VmmSettings());
        vmm.Assign(gpu, new AssignedBar(gpu.Bars[0], new PhysicalAddress(1UL << 42)));
        pci.Attach(vmm);
        new GuestBoot { Kernel = new KernelVersion(6, 16) }.Run(pci);
        Assert.That(vmm.Stage2.Stage2Faults, Is.Zero, "nobody touched it");
        vmm.Touch(pci.Visible.Single(mapping => mapping.Bar == gpu.Bars[0]));
        vmm.Touch(pci.Visible.Single(mapping => mapping.Bar == gpu.Bars[0]));
        Assert.That((vmm.Stage2.Stage2Faults, vmm.Stage2.Stage2Zapped), Is.EqualTo((leaves, 0L)));
        pci.Write(gpu, 0x04, 2, 0);
        Assert.That(vmm.Stage2.Stage2Zapped, Is.EqualTo(leaves));
        pci.Write(gpu, 0x04, 2, 2);
        vmm.Touch(pci.Visible.Single(mapping => mapping.Bar == gpu.Bars[0]));
        Assert.That(vmm.Stage2.Stage2Faults, Is.EqualTo(2 * leaves));
        var barCase = BarCase.Create(new BarCaseOptions { Bytes = G, Kernel = LinuxGuestTraceTests.Version(host) });
        Assert.That(new GuestTouch().FaultsOf(barCase), Is.EqualTo(leaves));
    }

    [Test]
    public void Where_trapped_pages_cannot_be_mmapped_their_neighbours_lose_their_large_leaves()
    {
        var (vmm, recorder, bar) = Boot("6.16", "6.16", new VmmSettings { MmapsTrappedPages = false }, trapped: BusRange.Of(G / 2, 8192));
        using (vmm)
        {
            Assert.That(vmm.MapCalls, Is.EqualTo(2 * recorder.MapsOf(bar)));
            // Behind the hole an area starts 8 KiB into a leaf and its address is aligned to 8 KiB: some leaves are 4 KiB, none is 1 GiB.
            Assert.That(vmm.Counters.Map.VaddrGetPfns / recorder.MapsOf(bar), Is.GreaterThan(256));
            Assert.That(vmm.Domain.CountLeafSizes()[new PageSize(30)], Is.Zero);
        }
    }

    [Test]
    public void Without_mmap_nothing_is_mapped_for_dma()
    {
        var (vmm, recorder, bar) = Boot("6.16", "6.16", new VmmSettings { NoMmap = true });
        using (vmm)
        {
            Assert.That(recorder.MapsOf(bar), Is.Positive);
            Assert.That(vmm.MapCalls, Is.Zero);
        }
    }

    [Test]
    public void A_bar_smaller_than_a_page_is_mapped_as_a_page()
    {
        var function = new PciFunction("01:00.0", BarDeclaration.Memory64(0, 256)) { ClassCode = 0x0500 };
        var pci = new PciHierarchy(function);
        using var vmm = new VfioVmm(new VfioHost(), new VmmSettings());
        vmm.Assign(function, new AssignedBar(function.Bars[0], new PhysicalAddress(1UL << 42)));
        pci.Attach(vmm);
        pci.Write(function, 0x14, 4, 1);
        pci.Write(function, 0x04, 2, 2);
        Assert.That((vmm.Mappings, vmm.Counters.Map.VaddrGetPfns), Is.EqualTo((1, 1L)));
        pci.Write(function, 0x04, 2, 0);
        Assert.That((vmm.Mappings, vmm.Zaps), Is.EqualTo((0, 1L)));
    }
}
