using Fast.Linux;

namespace Fast.Machines;

/// <summary>What the steps of one kernel cost, in instructions.</summary>
/// <param name="Kernel">The release.</param>
/// <param name="PerMap">Each VFIO_IOMMU_MAP_DMA, whatever it maps.</param>
/// <param name="PerLookup">Each lookup (<c>vaddr_get_pfns</c>: the refused pin and the walk) by the leaf that it ends at.</param>
/// <param name="PerFault">Each CPU page fault by the leaf that it inserts.</param>
/// <param name="PerRemappedPage">Each 4 KiB page of an area that the first fault fills whole.</param>
/// <param name="PerIommuEntry">Each entry written to the IOMMU's table.</param>
/// <param name="PerIovaToPhys">Each 4 KiB page that an unmap asks the IOMMU for, everything that unmap does for the page included.</param>
public sealed record KernelCosts(
    KernelVersion Kernel,
    Figure PerMap,
    LeafFigures PerLookup,
    LeafFigures PerFault,
    Figure PerRemappedPage,
    Figure PerIommuEntry,
    Figure PerIovaToPhys);
