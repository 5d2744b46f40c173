namespace Fast.Host;

/// <summary>Where this machine's kernel shows itself; tests show other folders.</summary>
/// <param name="Sys">sysfs.</param>
/// <param name="Dev">Device nodes.</param>
/// <param name="Proc">procfs.</param>
public sealed record HostRoots(string Sys = "/sys", string Dev = "/dev", string Proc = "/proc")
{
    /// <summary>One folder for each PCI function.</summary>
    public string PciDevices => Path.Combine(Sys, "bus", "pci", "devices");

    /// <summary>The folder of a PCI function.</summary>
    public string PciDevice(string address) => Path.Combine(PciDevices, address);
}
