using Fast.Host;

namespace Fast.Tests;

/// <summary>A tree that has the form of sysfs, procfs and the device folder of a host with one device for VFIO.</summary>
internal sealed class FakeHost : IDisposable
{
    public const string Address = "0000:3b:00.0";

    private const string Zero = "0x0000000000000000 0x0000000000000000 0x0000000000000000";
    private const string Folder = "sys/bus/pci/devices";
    private readonly string _root = Directory.CreateTempSubdirectory("fast-host-").FullName;

    /// <summary>A host.</summary>
    public FakeHost(string? driver = "vfio-pci", string? group = "12", bool hasCharacter = true)
    {
        Tree = new HostTree(_root);
        Directory.CreateDirectory(Tree.PathOf("proc/self"));
        File.WriteAllText(Tree.PathOf("proc/self/status"), "Name:\tfast\nVmPTE:\t     128 kB\n");
        Directory.CreateDirectory(Tree.PathOf("dev/vfio"));
        File.WriteAllText(Tree.PathOf("dev/vfio/vfio"), "");
        AddDevice(Address, driver, group);
        if (hasCharacter) Directory.CreateDirectory(Path.Combine(Tree.PathOf($"{Folder}/{Address}"), "vfio-dev", "vfio3"));
    }

    public HostTree Tree { get; }

    public SysfsPciDevice Device => SysfsPci.Read(Tree.PathOf(Folder)).Devices.Single(each => each.Address == Address);

    /// <summary>Adds a device with a BAR 2 of 1 GiB at 64 GiB.</summary>
    public void AddDevice(string address, string? driver, string? group)
    {
        var folder = Directory.CreateDirectory(Tree.PathOf($"{Folder}/{address}")).FullName;
        foreach (var (name, text) in new[] { ("class", "0x030200"), ("vendor", "0x10de"), ("device", "0x2330") }) File.WriteAllText(Path.Combine(folder, name), text + "\n");
        File.WriteAllLines(Path.Combine(folder, "resource"), [Zero, Zero, "0x0000001000000000 0x000000103fffffff 0x000000000014220c", Zero, Zero, Zero, Zero]);
        if (driver is not null) File.CreateSymbolicLink(Path.Combine(folder, "driver"), "../../../bus/pci/drivers/" + driver);
        if (group is null) return;
        var members = Directory.CreateDirectory(Tree.PathOf($"sys/kernel/iommu_groups/{group}/devices")).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "iommu_group"), Tree.PathOf($"sys/kernel/iommu_groups/{group}"));
        File.CreateSymbolicLink(Path.Combine(members, address), folder);
        File.WriteAllText(Tree.PathOf($"sys/kernel/iommu_groups/{group}/type"), "DMA\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
