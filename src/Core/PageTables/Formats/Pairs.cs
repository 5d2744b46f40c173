namespace Fast.PageTables;

/// <summary>A process's x86-64 table into a VT-d second-stage table: VFIO type1 on an Intel host. Intel VT-d specification, 3.7.</summary>
[BatchPin(typeof(X64L4), typeof(VtdSs4))]
public partial struct X64L4ToVtdSs4;

/// <summary>A process's x86-64 table into an AMD IOMMU table: VFIO type1 on an AMD host. The table's root grows to what is asked for. AMD 48882, 2.2.3.</summary>
[BatchPin(typeof(X64L4), typeof(AmdV1))]
public partial struct X64L4ToAmdV1;

/// <summary>An x86-64 table into an Arm stage 2 table with 4 KiB granule: what a model of an SMMU behind an x86 process asks for. Arm DDI 0487, D8.3.</summary>
[BatchPin(typeof(X64L4), typeof(Armv8S2G4K))]
public partial struct X64L4ToArmv8S2G4K;

/// <summary>An x86-64 table into a RISC-V guest-stage table: what a model of a RISC-V IOMMU behind an x86 process asks for. RISC-V privileged specification, 21.</summary>
[BatchPin(typeof(X64L4), typeof(RiscvSv48x4))]
public partial struct X64L4ToRiscvSv48x4;

/// <summary>A process's 5-level x86-64 table (57-bit addresses) into a VT-d second-stage table. Intel VT-d specification, 3.7.</summary>
[BatchPin(typeof(X64L5), typeof(VtdSs4))]
public partial struct X64L5ToVtdSs4;

/// <summary>A process's 5-level x86-64 table (57-bit addresses) into an AMD IOMMU table, whose root grows. AMD 48882, 2.2.3.</summary>
[BatchPin(typeof(X64L5), typeof(AmdV1))]
public partial struct X64L5ToAmdV1;

/// <summary>A 5-level x86-64 table into an Arm stage 2 table with 4 KiB granule. Arm DDI 0487, D8.3.</summary>
[BatchPin(typeof(X64L5), typeof(Armv8S2G4K))]
public partial struct X64L5ToArmv8S2G4K;

/// <summary>A 5-level x86-64 table into a RISC-V guest-stage table. RISC-V privileged specification, 21.</summary>
[BatchPin(typeof(X64L5), typeof(RiscvSv48x4))]
public partial struct X64L5ToRiscvSv48x4;

/// <summary>An Arm stage 1 table with 4 KiB granule into a VT-d second-stage table: an Arm process modelled on an Intel host. Intel VT-d specification, 3.7.</summary>
[BatchPin(typeof(Armv8S1G4K), typeof(VtdSs4))]
public partial struct Armv8S1G4KToVtdSs4;

/// <summary>An Arm stage 1 table with 4 KiB granule into an AMD IOMMU table, whose root grows. AMD 48882, 2.2.3.</summary>
[BatchPin(typeof(Armv8S1G4K), typeof(AmdV1))]
public partial struct Armv8S1G4KToAmdV1;

/// <summary>An Arm process's stage 1 table into a stage 2 table, both with 4 KiB granule: VFIO type1 over an SMMU. Arm DDI 0487, D8.3.</summary>
[BatchPin(typeof(Armv8S1G4K), typeof(Armv8S2G4K))]
public partial struct Armv8S1G4KToArmv8S2G4K;

/// <summary>An Arm stage 1 table with 4 KiB granule into a RISC-V guest-stage table. RISC-V privileged specification, 21.</summary>
[BatchPin(typeof(Armv8S1G4K), typeof(RiscvSv48x4))]
public partial struct Armv8S1G4KToRiscvSv48x4;
