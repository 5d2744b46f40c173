using System.Collections.Immutable;

namespace Fast.Host;

/// <summary>Which parts of VFIO are in the running kernel, as modules or built in, and how they are set.</summary>
/// <param name="Present">Of the modules that matter here, those in <c>/sys/module</c>.</param>
/// <param name="Type1DisablesHugePages">Whether type1 pins page by page: <c>vfio_iommu_type1.disable_hugepages</c>.</param>
/// <param name="DmaEntryLimit">Mappings that a type1 container may hold, or <see langword="null"/>.</param>
public sealed record ModuleFacts(ImmutableArray<string> Present, bool Type1DisablesHugePages, ulong? DmaEntryLimit)
{
    private static readonly string[] Known = ["vfio", "vfio_iommu_type1", "vfio_pci", "vfio_pci_core", "iommufd", "kvm", "kvm_intel", "kvm_amd", "mlx5_vfio_pci", "nvgrace_gpu_vfio_pci", "nvidia", "amdgpu", "nouveau", "xe"];

    internal static ModuleFacts Read(HostTree tree) => new(
        [.. Known.Where(name => tree.Exists($"sys/module/{name}"))],
        tree.Text("sys/module/vfio_iommu_type1/parameters/disable_hugepages") is "Y" or "1",
        tree.Number("sys/module/vfio_iommu_type1/parameters/dma_entry_limit"));
}
