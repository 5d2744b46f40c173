namespace Fast.Host;

/// <summary>Which device is meant.</summary>
public static class VfioCandidates
{
    /// <summary>The only device that vfio-pci has.</summary>
    /// <exception cref="HostException">There is none, or more than one; what is missing, the first thing first.</exception>
    public static string Only(HostTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if (!OperatingSystem.IsLinux()) throw new HostException("VFIO is Linux's, and this is not Linux; 'fast map' executes the same on any machine");
        var bound = VfioBinding.FindBound(tree);
        if (bound.Length == 1) return bound[0];
        if (bound.Length > 1) throw new HostException($"vfio-pci has {bound.Length} devices: name one of {string.Join(", ", bound.Take(8))}{(bound.Length > 8 ? ", ..." : "")}");
        var groups = tree.PathOf("sys/kernel/iommu_groups");
        if (!Directory.Exists(groups) || Directory.GetDirectories(groups).Length == 0)
            throw new HostException("no IOMMU is at work on this machine: switch on VT-d or AMD-Vi in the firmware, on Intel boot with intel_iommu=on, then give a device to vfio-pci");
        if (!File.Exists(tree.PathOf("dev/vfio/vfio")))
            throw new HostException($"{tree.PathOf("dev/vfio/vfio")} is not there: load VFIO with 'modprobe vfio-pci', then give it a device");
        throw new HostException("no device is bound to vfio-pci: name one that may be taken from its driver, and what to do is said ('lspci -D' lists them)");
    }

    /// <summary>The address with its domain: <c>3b:00.0</c> is <c>0000:3b:00.0</c>.</summary>
    /// <exception cref="HostException">It is none.</exception>
    public static string Normalize(HostTree tree, string name)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(name);
        if (!OperatingSystem.IsLinux()) throw new HostException("VFIO is Linux's, and this is not Linux; 'fast map' executes the same on any machine");
        var full = name.Count(letter => letter == ':') == 1 ? "0000:" + name : name;
        if (full.Length < "0000:00:00.0".Length || !full.All(letter => char.IsAsciiHexDigit(letter) || letter is ':' or '.'))
            throw new HostException($"'{name}' is not a PCI address; write for example 0000:3b:00.0");
        return full.ToLowerInvariant();
    }
}
