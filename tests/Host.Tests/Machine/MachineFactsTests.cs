using Fast.Host;
using Fast.PageTables;

namespace Fast.Tests.Machine;

/// <summary>Reading a machine from its files.</summary>
public sealed class MachineFactsTests
{
    private FakeMachine _machine = null!;

    [SetUp]
    public void CreateMachine() => _machine = new FakeMachine();

    [TearDown]
    public void DeleteMachine() => _machine.Dispose();

    [Test]
    public void A_host_is_read_whole()
    {
        var facts = MachineFacts.Read(new HostTree(_machine.Root));
        Assert.Multiple(() =>
        {
            Assert.That((facts.KernelRelease, facts.Thp, facts.MemoryBytes), Is.EqualTo(("7.3.4", "always", 1056505860UL << 10)));
            Assert.That(facts.Cpu, Is.EqualTo(new CpuFacts("A processor", 52, true, false)));
            Assert.That((facts.Parameter("intel_iommu"), facts.Parameter("root"), facts.Parameter("iommu")), Is.EqualTo(("on", "/dev/sda1", (string?)null)));
            Assert.That(facts.HugePagePools, Is.EqualTo(new[] { new HugePagePool(PageSize.Size2M, 8, 5), new HugePagePool(PageSize.Size1G, 4, 0) }));
            Assert.That(facts.Modules.Present, Is.EqualTo(new[] { "vfio_iommu_type1", "vfio_pci" }));
            Assert.That((facts.Modules.Type1DisablesHugePages, facts.Modules.DmaEntryLimit), Is.EqualTo((false, (ulong?)65535)));
            Assert.That(facts.Iomem.HostBridgeWindows.Select(window => (window.Start, window.Bytes, window.Name)), Is.EqualTo(new[] { (0x1_0000_0000_0000UL, 0x2_0000_0000_0000UL, "PCI Bus 0000:3a") }));
            Assert.That(facts.Iomem.Entries.Select(entry => entry.Depth), Is.EqualTo(new[] { 0, 0, 1, 2, 3 }));
            Assert.That(facts.Notes, Is.Empty);
        });
    }

    [Test]
    public void A_function_has_its_group_and_the_bridges_above_it()
    {
        var facts = MachineFacts.Read(new HostTree(_machine.GpuFile("resource2_resize", "00000000000e0000\n").Root));
        var (port, gpu) = (facts.Functions[0], facts.Functions[1]);
        Assert.Multiple(() =>
        {
            Assert.That((port.IsBridge, port.IsVfio, gpu.IsBridge, gpu.IsVfio, gpu.IsAccelerator), Is.EqualTo((true, false, false, true, true)));
            Assert.That((gpu.Group, gpu.Bridges.Single(), port.Bridges.Length), Is.EqualTo(((int?)42, FakeMachine.Port, 0)));
            Assert.That(gpu.Resizable[2], Is.EqualTo(new[] { 128UL << 30, 256UL << 30, 512UL << 30 }));
            Assert.That(port.PrefetchableWindows.Single().Bytes, Is.EqualTo(256UL << 30));
            Assert.That(port.Bars, Is.Empty);
            Assert.That(gpu.Bars.Select(bar => bar.Index), Is.EqualTo(new[] { 0, 2, 4 }));
        });
    }

    [Test]
    public void Groups_and_units_of_the_IOMMU_are_read()
    {
        var iommu = MachineFacts.Read(new HostTree(_machine.Root)).Iommu;
        Assert.Multiple(() =>
        {
            Assert.That(iommu.IsOn);
            Assert.That(iommu.Groups.Select(group => (group.Number, group.Type, group.Devices.Single())), Is.EqualTo(new[] { (41, "DMA-FQ", FakeMachine.Port), (42, "DMA-FQ", FakeMachine.Gpu) }));
            Assert.That(iommu.Groups[1].Reserved.Single(), Is.EqualTo((0xfee0_0000UL, 0xfeef_ffffUL)));
            Assert.That(iommu.Units.Single(), Has.Property("Maker").EqualTo(IommuMaker.Vtd).And.Property("AddressBits").EqualTo(57));
            Assert.That(iommu.Units.Single().LeafSizes, Is.EqualTo(new[] { PageSize.Size4K, PageSize.Size2M, PageSize.Size1G }));
        });
    }

    // SAGAW, MGAW and SLLPS: of servers with 57 and 48 bits, of a desktop with 39, and of one without large leaves.
    [TestCase(0x19ed008c40780c66UL, 57, 3)]
    [TestCase(0x1c0000c40660462UL, 39, 3)]
    [TestCase(0x1c0000040660462UL, 39, 1)]
    [TestCase(0x8d2078c106f0466UL, 48, 3)]
    public void A_capability_register_says_how_wide_and_how_large(ulong capability, int bits, int sizes)
    {
        var unit = MachineFacts.Read(new HostTree(_machine.VtdCapability(capability).Root)).Iommu.Units.Single();
        Assert.That((unit.AddressBits, unit.LeafSizes.Length), Is.EqualTo(((int?)bits, sizes)));
    }

    [Test]
    public void What_is_missing_reads_as_nothing()
    {
        foreach (var path in new[] { "sys", "proc/cpuinfo", "proc/cmdline", "proc/meminfo", "proc/iomem" }) _machine.Delete(path);
        var facts = MachineFacts.Read(new HostTree(_machine.Root));
        Assert.Multiple(() =>
        {
            Assert.That((facts.Thp, facts.MemoryBytes, facts.Cpu.PhysicalBits, facts.Iommu.IsOn, facts.Functions.Length), Is.EqualTo(((string?)null, (ulong?)null, (int?)null, false, 0)));
            Assert.That(facts.Notes.Single(), Does.Contain("no such folder"));
            Assert.That(facts.Iomem.AreHidden);
        });
    }

    [Test]
    public void Addresses_that_the_kernel_hides_are_no_addresses()
    {
        _machine.Write("proc/iomem", "00000000-00000000 : Reserved\n00000000-00000000 : PCI Bus 0000:00\n  00000000-00000000 : 0000:00:02.0\n");
        var iomem = MachineFacts.Read(new HostTree(_machine.Root)).Iomem;
        Assert.That((iomem.AreHidden, iomem.Entries.Length), Is.EqualTo((true, 0)));
    }

    [Test]
    public void A_folder_without_a_machine_is_refused() =>
        Assert.That(() => MachineFacts.Read(new HostTree(_machine.Delete("proc").Root)), Throws.TypeOf<HostException>().With.Message.Contains("has 'proc' and 'sys'"));

    [Test]
    [Platform("Linux")]
    public void This_machine_is_read()
    {
        var facts = MachineFacts.Read(new HostTree());
        Assert.That(facts.KernelRelease, Is.EqualTo(File.ReadAllText("/proc/sys/kernel/osrelease").Trim()));
        Assert.That(facts.MemoryBytes, Is.GreaterThan(1UL << 28));
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool Any_lines_of_iomem_are_read(string[] lines, ulong start, ulong last) =>
        Iomem.Of([.. lines.Select(line => line ?? ""), $"  {start:x}-{last:x} : x"]).Entries.All(entry => entry.Last >= entry.Start && entry.Depth >= 0);
}
