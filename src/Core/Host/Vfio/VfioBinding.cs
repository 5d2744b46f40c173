using System.Collections.Immutable;

namespace Fast.Host;

/// <summary>How a PCI function stands with VFIO, as sysfs tells it: its driver, its IOMMU group, and who else is in there.</summary>
/// <param name="Address">Bus address with domain.</param>
/// <param name="Driver">Its driver, or <see langword="null"/>.</param>
/// <param name="Group">Its IOMMU group, or <see langword="null"/>.</param>
/// <param name="GroupType">The group's domain type, such as <c>DMA</c> or <c>identity</c>; <see langword="null"/> when it is not told.</param>
/// <param name="Others">The other functions of the group.</param>
/// <param name="Character">The name of its own device node (<c>vfio12</c>), where the kernel makes one for iommufd.</param>
public sealed record VfioBinding(string Address, string? Driver, string? Group, string? GroupType, ImmutableArray<VfioGroupMember> Others, string? Character)
{
    /// <summary>The driver that gives a device to user space.</summary>
    public const string VfioPci = "vfio-pci";

    /// <summary>Whether a driver of VFIO's has it: vfio-pci or a variant of it.</summary>
    public bool IsBound => IsVfio(Driver);

    /// <summary>Reads it.</summary>
    /// <exception cref="HostException">There is no such device.</exception>
    public static VfioBinding Read(HostTree tree, string address)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var folder = tree.PathOf($"{SysfsPci.Folder}/{address}");
        if (!Directory.Exists(folder)) throw new HostException($"{address}: no such PCI device here; 'lspci -D' lists them");
        var group = LinkName(Path.Combine(folder, "iommu_group"));
        var members = Path.Combine(folder, "iommu_group", "devices");
        var others = group is null || !Directory.Exists(members) ? [] : Directory.GetFileSystemEntries(members)
            .Select(path => Path.GetFileName(path)).Where(name => name != address).Order(StringComparer.Ordinal)
            .Select(name => new VfioGroupMember(name, LinkName(Path.Combine(tree.PathOf($"{SysfsPci.Folder}/{name}"), "driver")))).ToImmutableArray();
        var type = Path.Combine(folder, "iommu_group", "type");
        var characters = Path.Combine(folder, "vfio-dev");
        return new VfioBinding(
            address,
            LinkName(Path.Combine(folder, "driver")),
            group,
            File.Exists(type) ? File.ReadAllText(type).Trim() : null,
            others,
            Directory.Exists(characters) ? Directory.GetFileSystemEntries(characters).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).FirstOrDefault() : null);
    }

    /// <summary>The devices that a driver of VFIO's has.</summary>
    public static ImmutableArray<string> FindBound(HostTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return !Directory.Exists(tree.PathOf(SysfsPci.Folder)) ? [] :
        [
            .. Directory.GetDirectories(tree.PathOf(SysfsPci.Folder)).Where(folder => IsVfio(LinkName(Path.Combine(folder, "driver"))))
                .Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether the driver leaves the group to user space: VFIO's own, none, a stub, or the one of PCIe ports.</summary>
    internal static bool LeavesGroup(string? driver) => driver is null or "pci-stub" or "pcieport" || IsVfio(driver);

    private static bool IsVfio(string? driver) => driver is not null && driver.Contains("vfio", StringComparison.Ordinal);

    private static string? LinkName(string path) => new FileInfo(path).LinkTarget is { } target ? Path.GetFileName(target) : null;
}

/// <summary>Another function of an IOMMU group.</summary>
/// <param name="Address">Bus address with domain.</param>
/// <param name="Driver">Its driver, or <see langword="null"/>.</param>
public sealed record VfioGroupMember(string Address, string? Driver);
