using System.Collections.Immutable;
using System.Globalization;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>A PCI function with what its folder in sysfs says beyond its regions.</summary>
/// <param name="Device">Ids, driver and regions.</param>
/// <param name="Group">Number of its IOMMU group, or <see langword="null"/>.</param>
/// <param name="Bridges">Addresses of the bridges above it, the nearest first; empty when the tree does not say.</param>
/// <param name="Resizable">Sizes that its resizable BARs can have, by number of the BAR.</param>
public sealed record PciFunctionFacts(SysfsPciDevice Device, int? Group, ImmutableArray<string> Bridges, ImmutableSortedDictionary<int, ImmutableArray<ulong>> Resizable)
{
    private const string Folder = "sys/bus/pci/devices";
    private const int BridgeClass = 0x0604;
    private const int FirstWindow = 7;
    private const ulong Megabyte = 1 << 20;

    /// <summary>Bus address with domain.</summary>
    public string Address => Device.Address;

    /// <summary>Whether it is a bridge to another PCI bus.</summary>
    public bool IsBridge => Device.ClassCode >> 8 == BridgeClass;

    /// <summary>Whether it is a GPU or another accelerator: what is passed through for its memory.</summary>
    public bool IsAccelerator => Device.ClassCode >> 16 is 0x03 or 0x12;

    /// <summary>Whether vfio-pci or one of its variants has it.</summary>
    public bool IsVfio => Device.Driver is { } driver && (driver == "vfio-pci" || driver.EndsWith("-vfio-pci", StringComparison.Ordinal) || driver.EndsWith("_vfio_pci", StringComparison.Ordinal));

    /// <summary>Its memory BARs.</summary>
    public IEnumerable<SysfsRegion> Bars => IsBridge ? [] : Device.Regions.Where(region => region.Kind == SysfsRegionKind.Memory);

    /// <summary>Windows of a bridge for prefetchable memory.</summary>
    public IEnumerable<SysfsRegion> PrefetchableWindows => IsBridge ? Device.Regions.Where(region => region.Index >= FirstWindow && region.Prefetchable) : [];

    internal static (ImmutableArray<PciFunctionFacts> Functions, ImmutableArray<string> Notes) ReadAll(HostTree tree)
    {
        try
        {
            var all = SysfsPci.Read(tree.PathOf(Folder));
            return ([.. all.Devices.Select(device => Of(tree, device))], all.Notes);
        }
        catch (HostException exception)
        {
            // What to do instead is said to who wants a listing.
            return ([], [exception.Message.Split(';')[0]]);
        }
    }

    private static PciFunctionFacts Of(HostTree tree, SysfsPciDevice device)
    {
        var folder = $"{Folder}/{device.Address}";
        var group = tree.Link($"{folder}/iommu_group") is { } link && int.TryParse(Path.GetFileName(link), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        // …/devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0: the bridges stand before it.
        var above = (tree.Link(folder) ?? "").Split('/').Reverse().Skip(1).TakeWhile(part => part.Contains(':', StringComparison.Ordinal) && !part.StartsWith("pci", StringComparison.Ordinal));
        var resizable = ImmutableSortedDictionary.CreateBuilder<int, ImmutableArray<ulong>>();
        foreach (var bar in device.Regions.Where(region => region.Kind == SysfsRegionKind.Memory))
        {
            // One bit for each power of two from 1 MiB on (PCI Express 7.8.6).
            if (tree.Text($"{folder}/resource{bar.Index}_resize") is { } text && ProcText.TryParseHex(text, out var sizes) && sizes != 0)
                resizable.Add(bar.Index, [.. Enumerable.Range(0, 44).Where(bit => (sizes >> bit & 1) != 0).Select(bit => Megabyte << bit)]);
        }

        return new PciFunctionFacts(device, group, [.. above], resizable.ToImmutable());
    }
}
