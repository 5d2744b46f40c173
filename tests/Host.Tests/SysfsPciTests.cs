using System.Globalization;
using Fast.Host;

namespace Fast.Tests;

/// <summary>Reading PCI functions from a tree that has the form of Linux's sysfs.</summary>
public sealed class SysfsPciTests
{
    private const string Zero = "0x0000000000000000 0x0000000000000000 0x0000000000000000";
    private string _root = "";

    [SetUp]
    public void CreateTree() => _root = Directory.CreateTempSubdirectory("fast-sysfs-").FullName;

    [TearDown]
    public void DeleteTree() => Directory.Delete(_root, recursive: true);

    [Test]
    public void A_GPU_has_its_ids_driver_and_BARs()
    {
        AddDevice("0000:3b:00.0", "0x030200", "0x10de", "0x2330", "vfio-pci",
            "0x0000088042000000 0x0000088042ffffff 0x000000000014220c", Zero,
            "0x0000084000000000 0x0000085fffffffff 0x000000000014220c", Zero,
            "0x0000088040000000 0x0000088041ffffff 0x000000000014220c", Zero, Zero);
        var device = SysfsPci.Read(_root).Devices.Single();
        Assert.Multiple(() =>
        {
            Assert.That(device.Address, Is.EqualTo("0000:3b:00.0"));
            Assert.That(device.ClassCode, Is.EqualTo(0x030200));
            Assert.That((device.VendorId, device.DeviceId), Is.EqualTo((0x10de, 0x2330)));
            Assert.That(device.Driver, Is.EqualTo("vfio-pci"));
            Assert.That(device.Regions.Select(region => region.Index), Is.EqualTo(new[] { 0, 2, 4 }));
            Assert.That(device.Regions[1], Is.EqualTo(new SysfsRegion(2, SysfsRegionKind.Memory, 0x84000000000, 128UL << 30, Is64: true, Prefetchable: true, IsUnassigned: false)));
        });
    }

    [Test]
    public void Ports_ROM_and_BARs_of_virtual_functions_are_no_memory_BARs()
    {
        AddDevice("0000:01:00.0", "0x020000", "0x15b3", "0x1019", null,
            "0x00000000fb800000 0x00000000fb87ffff 0x0000000000040200", Zero, Zero, Zero,
            "0x000000000000e000 0x000000000000e0ff 0x0000000000040101", Zero,
            "0x00000000fb900000 0x00000000fb91ffff 0x0000000000046200",
            "0x000003800fc00000 0x000003800fdfffff 0x000000000014220c");
        var device = SysfsPci.Read(_root).Devices.Single();
        Assert.Multiple(() =>
        {
            Assert.That(device.Driver, Is.Null);
            Assert.That(device.Regions.Select(region => region.Kind), Is.EqualTo(new[] { SysfsRegionKind.Memory, SysfsRegionKind.IoPorts, SysfsRegionKind.Rom, SysfsRegionKind.Other }));
            Assert.That(device.Regions[0].Is64 || device.Regions[0].Prefetchable, Is.False);
        });
    }

    [Test]
    public void A_BAR_without_address_keeps_its_size_and_says_so()
    {
        AddDevice("0000:3b:00.0", "0x030200", "0x10de", "0x3182", null,
            "0x0000000000000000 0x0000007fffffffff 0x000000002014220c", "0x0000000000000000 0x0000000000ffffff 0x0000000000040200");
        Assert.That(SysfsPci.Read(_root).Devices.Single().Regions.Select(region => (region.IsUnassigned, region.Bytes)), Is.EqualTo(new[] { (true, 512UL << 30), (true, 16UL << 20) }));
    }

    [Test]
    public void Devices_come_in_order_of_address()
    {
        foreach (var bus in new[] { "c3", "1b", "61" }) AddDevice($"0000:{bus}:00.0", "0x030200", "0x10de", "0x2330", null, Zero);
        Assert.That(SysfsPci.Read(_root).Devices.Select(device => device.Address), Is.EqualTo(new[] { "0000:1b:00.0", "0000:61:00.0", "0000:c3:00.0" }));
    }

    [Test]
    public void An_unreadable_device_is_a_note_beside_the_others()
    {
        AddDevice("0000:1b:00.0", "0x030200", "0x10de", "0x2330", null, Zero);
        AddDevice("0000:61:00.0", "nonsense", "0x10de", "0x2330", null, Zero);
        AddDevice("0000:62:00.0", "0x030200", "0x10de", "0x2330", null, "0x0 0x1");
        Directory.CreateDirectory(Path.Combine(_root, "0000:63:00.0"));
        var all = SysfsPci.Read(_root);
        Assert.Multiple(() =>
        {
            Assert.That(all.Devices, Has.Length.EqualTo(1));
            Assert.That(all.Notes, Has.Length.EqualTo(3));
            Assert.That(all.Notes[0], Does.StartWith("0000:61:00.0 could not be read").And.Contain("'class' says 'nonsense'"));
            Assert.That(all.Notes[1], Does.Contain("line 1 of 'resource' is not three hexadecimal numbers"));
            Assert.That(all.Notes, Has.All.Not.Contains("\n"));
        });
    }

    [Test]
    public void A_virtual_function_is_recognised()
    {
        AddDevice("0000:3b:00.0", "0x030200", "0x10de", "0x2330", null, Zero);
        AddDevice("0000:3b:00.4", "0x030200", "0x10de", "0x2330", null, Zero);
        Directory.CreateSymbolicLink(Path.Combine(_root, "0000:3b:00.4", "physfn"), Path.Combine(_root, "0000:3b:00.0"));
        Assert.That(SysfsPci.Read(_root).Devices.Select(device => device.IsVirtualFunction), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void A_missing_folder_is_one_line_with_a_remedy()
    {
        var missing = Path.Combine(_root, "none");
        Assert.That(() => SysfsPci.Read(missing), Throws.TypeOf<HostException>().With.Message.StartsWith(missing).And.Message.Contains("lspci -vv").And.Message.Not.Contains("\n"));
    }

    [Test]
    public void An_empty_folder_is_one_line_with_a_remedy() =>
        Assert.That(() => SysfsPci.Read(_root), Throws.TypeOf<HostException>().With.Message.Contains("no PCI device on this machine"));

    [Test]
    public void This_machine_is_read_or_refused_in_one_line()
    {
        try
        {
            Assert.That(SysfsPci.Read().Devices, Is.Not.Empty);
        }
        catch (HostException exception)
        {
            Assert.That(exception.Message, Does.StartWith(SysfsPci.DefaultRoot).And.Not.Contain("\n"));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public bool Any_resource_line_is_read_or_noted(ulong start, ulong last, ulong flags, byte devices)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"0000:{devices:x2}:00.0");
        AddDevice(address, "0x030200", "0x10de", "0x2330", null, $"0x{start:x16} 0x{last:x16} 0x{flags:x16}");
        var device = SysfsPci.Read(_root).Devices.Single(found => found.Address == address);
        return device.Regions.Length <= 1 && device.Regions.All(region => region.Bytes == last - start + 1);
    }

    private void AddDevice(string address, string classCode, string vendor, string device, string? driver, params string[] resource)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, address)).FullName;
        File.WriteAllText(Path.Combine(folder, "class"), classCode + "\n");
        File.WriteAllText(Path.Combine(folder, "vendor"), vendor + "\n");
        File.WriteAllText(Path.Combine(folder, "device"), device + "\n");
        File.WriteAllText(Path.Combine(folder, "resource"), string.Join('\n', resource) + "\n");
        if (driver is null) return;
        var target = Path.Combine(Path.GetTempPath(), "drivers-of-no-machine", driver);
        Directory.CreateSymbolicLink(Path.Combine(folder, "driver"), target);
    }
}
