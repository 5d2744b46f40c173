using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// The IOMMUs that a domain can be made for: declared formats with a smallest leaf of 4 KiB, the page size of the modelled hosts.
/// </summary>
public static class IommuKinds
{
    /// <summary>VT-d's second stage with four levels: what the modelled hosts have unless they say otherwise.</summary>
    public static IommuKind Vtd { get; } = new DirtyIommuKind<VtdSs4, X64L4ToVtdSs4>("vtd", "VT-d second stage, 4 levels", IsCounted: true) { IsReadByLinux = true };

    /// <summary>AMD's host tables of version 1.</summary>
    public static IommuKind AmdV1 { get; } = new DirtyIommuKind<AmdV1, X64L4ToAmdV1>("amdv1", "AMD IOMMU v1") { IsReadByLinux = true };

    /// <summary>All of them; those with an alias first.</summary>
    public static ImmutableArray<IommuKind> All { get; } =
    [
        Vtd,
        AmdV1,
        new DirtyIommuKind<X64L4, RunPin<X64L4, X64L4>>("amdv2", "AMD IOMMU v2, 4 levels"),
        new DirtyIommuKind<VtdSs3, RunPin<X64L4, VtdSs3>>(null, "VT-d second stage, 3 levels", IsCounted: true) { IsReadByLinux = true },
        new DirtyIommuKind<VtdSs5, RunPin<X64L4, VtdSs5>>(null, "VT-d second stage, 5 levels", IsCounted: true) { IsReadByLinux = true },
        new DirtyIommuKind<VtdFs4, RunPin<X64L4, VtdFs4>>(null, "VT-d first stage, 4 levels"),
        new DirtyIommuKind<VtdFs5, RunPin<X64L4, VtdFs5>>(null, "VT-d first stage, 5 levels"),
        new DirtyIommuKind<Armv8S1G4K, RunPin<X64L4, Armv8S1G4K>>(null, "Arm SMMU stage 1, 4K granule"),
        new DirtyIommuKind<Armv8S2G4K, X64L4ToArmv8S2G4K>(null, "Arm SMMU stage 2, 4K granule"),
        new DirtyIommuKind<Armv8S2G4KIpa40, RunPin<X64L4, Armv8S2G4KIpa40>>(null, "Arm SMMU stage 2, 4K granule, 40-bit addresses"),
        new DirtyIommuKind<Armv8S2G4KIpa42, RunPin<X64L4, Armv8S2G4KIpa42>>(null, "Arm SMMU stage 2, 4K granule, 42-bit addresses"),
        new DirtyIommuKind<RiscvSv39, RunPin<X64L4, RiscvSv39>>(null, "RISC-V IOMMU first stage, Sv39"),
        new DirtyIommuKind<RiscvSv48, RunPin<X64L4, RiscvSv48>>(null, "RISC-V IOMMU first stage, Sv48"),
        new DirtyIommuKind<RiscvSv57, RunPin<X64L4, RiscvSv57>>(null, "RISC-V IOMMU first stage, Sv57"),
        new DirtyIommuKind<RiscvSv39x4, RunPin<X64L4, RiscvSv39x4>>(null, "RISC-V IOMMU second stage, Sv39x4"),
        new DirtyIommuKind<RiscvSv48x4, X64L4ToRiscvSv48x4>(null, "RISC-V IOMMU second stage, Sv48x4"),
    ];

    /// <summary>The kind that an id or an alias names, or <see langword="null"/>.</summary>
    public static IommuKind? Find(string name) =>
        All.FirstOrDefault(kind => kind.Id.Equals(name, StringComparison.OrdinalIgnoreCase) || string.Equals(kind.Alias, name, StringComparison.OrdinalIgnoreCase));
}
