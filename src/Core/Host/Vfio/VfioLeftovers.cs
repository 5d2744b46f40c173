namespace Fast.Host;

/// <summary>What a process still has of VFIO.</summary>
/// <param name="Descriptors">Open descriptors of containers, groups, devices, iommufd and dma-bufs.</param>
/// <param name="Mappings">Mappings of device files.</param>
public sealed record VfioLeftovers(int Descriptors, int Mappings)
{
    private static readonly string[] Names = ["/vfio/", "vfio-device", "/dev/iommu", "iommufd", "dmabuf"];

    /// <summary>Reads it from procfs, for this process.</summary>
    public static VfioLeftovers Read(HostTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var self = tree.PathOf("proc/self");
        var descriptors = Path.Combine(self, "fd");
        var maps = Path.Combine(self, "maps");
        return new VfioLeftovers(
            Directory.Exists(descriptors) ? new DirectoryInfo(descriptors).GetFileSystemInfos().Count(each => IsVfio(each.LinkTarget)) : 0,
            File.Exists(maps) ? File.ReadLines(maps).Count(IsVfio) : 0);
    }

    private static bool IsVfio(string? name) => name is not null && Names.Any(each => name.Contains(each, StringComparison.Ordinal));
}
