namespace Fast.Host;

/// <summary>What keeps user space from a device, and what to do about it, in one line each.</summary>
internal static class VfioAdvice
{
    /// <summary>What is missing before anything is opened, or <see langword="null"/>.</summary>
    public static string? Missing(VfioBinding binding) => binding switch
    {
        { Group: null } =>
            $"{binding.Address} is in no IOMMU group, so no IOMMU is at work: switch on VT-d or AMD-Vi in the firmware, and on Intel boot with intel_iommu=on",
        { IsBound: false } => $"{binding.Address} is {(binding.Driver is null ? "without a driver" : $"driven by {binding.Driver}")}, and VFIO needs vfio-pci; {HandOver(binding)}",
        _ when Blocker(binding) is { } other => NotViable(binding, other),
        _ => null,
    };

    /// <summary>Why a container could not be opened.</summary>
    public static string OpenContainer(string path, int errno) => errno switch
    {
        ErrnoName.Enoent or ErrnoName.Enodev => $"{path} is not there: load VFIO with 'modprobe vfio-pci'",
        ErrnoName.Eacces or ErrnoName.Eperm => $"{path} may not be opened by this user: run as root, or give the user the device node",
        _ => $"{path}: {ErrnoName.Describe(errno)}",
    };

    /// <summary>Why a group could not be opened.</summary>
    public static string OpenGroup(string path, VfioBinding binding, int errno) => errno switch
    {
        ErrnoName.Ebusy => $"{path} is in use: another process, a virtual machine perhaps, has {binding.Address}; 'fuser {path}' names it",
        ErrnoName.Eacces => $"{path} may not be opened by this user: run as root, or 'chown $USER {path}'",
        ErrnoName.Eperm => $"{path} may not be opened: without an IOMMU VFIO wants CAP_SYS_RAWIO",
        ErrnoName.Enoent => $"{path} is not there although {binding.Driver} has {binding.Address}: is {Path.GetDirectoryName(path)} the kernel's own (devtmpfs)?",
        _ => $"{path}: {ErrnoName.Describe(errno)}",
    };

    /// <summary>Why a group is not viable.</summary>
    public static string NotViable(VfioBinding binding) => Blocker(binding) is { } other
        ? NotViable(binding, other)
        : $"IOMMU group {binding.Group} of {binding.Address} is not viable: another device of the group has a driver; 'ls /sys/kernel/iommu_groups/{binding.Group}/devices' lists them";

    /// <summary>Why a container takes a group not.</summary>
    public static string Attach(VfioBinding binding, string step, int errno) => errno switch
    {
        ErrnoName.Eperm => $"{step} for {binding.Address}: EPERM; the platform may not remap interrupts: boot with intremap=on, or set allow_unsafe_interrupts=1 of vfio_iommu_type1 where guests are trusted",
        ErrnoName.Ebusy => $"{step} for {binding.Address}: EBUSY; the group belongs to another container, of another process perhaps",
        _ => $"{step} for {binding.Address}: {ErrnoName.Describe(errno)}",
    };

    /// <summary>Why something could not be mapped for DMA.</summary>
    public static string MapDma(string what, bool isBar, int errno) => errno switch
    {
        ErrnoName.Efault when isBar => $"MAP_DMA of {what}: EFAULT; the BAR cannot be touched: is its memory decode off, or the device asleep?",
        ErrnoName.Efault => $"MAP_DMA of {what}: EFAULT; the memory could not be faulted in",
        ErrnoName.Enomem => $"MAP_DMA of {what}: ENOMEM; more would be locked than RLIMIT_MEMLOCK allows, or no memory is left: 'ulimit -l unlimited', or choose a smaller --size",
        ErrnoName.Eexist => $"MAP_DMA of {what}: EEXIST; something is mapped there already",
        ErrnoName.Einval => $"MAP_DMA of {what}: EINVAL; the device address lies outside what the IOMMU accepts, or is not aligned to its pages",
        _ => $"MAP_DMA of {what}: {ErrnoName.Describe(errno)}",
    };

    private static VfioGroupMember? Blocker(VfioBinding binding) => binding.Others.FirstOrDefault(other => !VfioBinding.LeavesGroup(other.Driver));

    private static string NotViable(VfioBinding binding, VfioGroupMember other) =>
        $"IOMMU group {binding.Group} of {binding.Address} is not viable: {other.Address} is in it and driven by {other.Driver}; unbind it or give it to vfio-pci as well";

    private static string HandOver(VfioBinding binding)
    {
        var folder = $"/sys/bus/pci/devices/{binding.Address}";
        var unbind = binding.Driver is null ? "" : $"echo {binding.Address} > {folder}/driver/unbind; ";
        return $"hand it over: modprobe vfio-pci; echo {VfioBinding.VfioPci} > {folder}/driver_override; {unbind}echo {binding.Address} > /sys/bus/pci/drivers_probe";
    }
}
