using System.Globalization;
using Fast.Host;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.Check;

/// <summary>The IOMMU, its groups, and the drivers.</summary>
internal static class IommuFindings
{
    private const int NarrowBits = 48;
    private static readonly string[] Switches = ["intel_iommu", "amd_iommu", "iommu"];

    /// <summary>What holds.</summary>
    public static IEnumerable<Finding> Of(CheckFacts facts) => [.. Presence(facts), .. Units(facts), .. Groups(facts)];

    private static IEnumerable<Finding> Presence(CheckFacts facts)
    {
        var machine = facts.Machine;
        var wanted = facts.Relevant.Any(function => function.IsVfio || function.IsAccelerator);
        if (!machine.Iommu.IsOn)
        {
            var off = Switches.FirstOrDefault(name => machine.Parameter(name) == "off");
            var why = off is null ? "there is no IOMMU group: it is off in the firmware or the kernel" : $"'{off}=off' on the kernel's command line turns it off";
            yield return new Finding("iommu-off", wanted ? Severity.Error : Severity.Note, "IOMMU", $"{why}; no device can be passed through", "turn on VT-d or AMD-Vi in the firmware and boot with intel_iommu=on (AMD needs nothing)");
        }

        if (wanted && !machine.Modules.Present.Contains("vfio_pci") && !facts.Relevant.Any(function => function.IsVfio))
            yield return new Finding("vfio-not-loaded", Severity.Note, "vfio_pci", "vfio-pci is not loaded, so no device here is ready to be passed through", "modprobe vfio-pci, then driverctl set-override ADDRESS vfio-pci");
    }

    private static IEnumerable<Finding> Units(CheckFacts facts)
    {
        var narrow = facts.Machine.Iommu.Units.Where(unit => unit.AddressBits < NarrowBits).ToList();
        if (narrow.Count != 0)
        {
            var bits = narrow.Min(unit => unit.AddressBits!.Value);
            yield return new Finding(
                "iommu-narrow", Severity.Warning, Names(narrow), string.Create(CultureInfo.InvariantCulture, $"it translates device addresses of {bits} bits: nothing above {Numbers.Size(1UL << bits)} of guest-physical memory can be mapped for DMA, and firmware likes to put large BARs above"),
                string.Create(CultureInfo.InvariantCulture, $"give the guest a physical address width of at most {bits} (-cpu …,phys-bits={bits}); 'fast fit' finds where BARs land"));
        }

        var coarse = facts.Machine.Iommu.Units.Where(unit => !unit.LeafSizes.IsEmpty && !unit.LeafSizes.Contains(PageSize.Size1G)).ToList();
        if (coarse.Count != 0)
        {
            yield return new Finding(
                "iommu-without-1g-leaves", facts.LargestBar >= PageSize.Size1G.Bytes ? Severity.Warning : Severity.Note, Names(coarse),
                $"its largest leaf is {coarse.Min(unit => unit.LeafSizes.Max())}: the IOMMU's table needs more entries for the same BAR, and more TLB misses follow", "nothing to set; lookups of the CPU's table are not affected");
        }
    }

    private static IEnumerable<Finding> Groups(CheckFacts facts)
    {
        var functions = facts.Machine.Functions.ToDictionary(function => function.Address, StringComparer.Ordinal);
        foreach (var group in facts.Machine.Iommu.Groups.Where(group => group.Devices.Any(address => functions.GetValueOrDefault(address) is { IsVfio: true })))
        {
            // A group is viable when its other devices have no driver, or one of VFIO; bridges may keep theirs.
            var others = group.Devices.Where(address => functions.GetValueOrDefault(address) is { IsVfio: false, IsBridge: false, Device.Driver: not (null or "pci-stub") }).ToList();
            if (others.Count == 0) continue;
            yield return new Finding(
                "group-not-viable", Severity.Error, string.Create(CultureInfo.InvariantCulture, $"IOMMU group {group.Number}"),
                $"{string.Join(", ", others.Select(address => $"{address} ({functions[address].Device.Driver})"))} share{(others.Count == 1 ? "s" : "")} the group with a device of vfio-pci: opening it is refused (\"group is not viable\")",
                $"bind {(others.Count == 1 ? "it" : "them")} to vfio-pci too, or unbind {(others.Count == 1 ? "it" : "them")}");
        }
    }

    private static string Names(IEnumerable<IommuUnit> units) => string.Join(", ", units.Select(unit => unit.Name));
}
