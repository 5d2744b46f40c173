namespace Fast.PageTables;

/// <summary>A guest's x86-64 table over EPT: a VM on an Intel host. Intel SDM volume 3, 30.3.</summary>
[TwoStage(typeof(X64L4), typeof(EptL4))]
public partial struct X64L4OverEptL4;

/// <summary>A guest's x86-64 table over nested paging: a VM on an AMD host. AMD APM volume 2, 15.25.</summary>
[TwoStage(typeof(X64L4), typeof(NptL4))]
public partial struct X64L4OverNptL4;

/// <summary>A guest's 5-level x86-64 table over EPT. Intel SDM volume 3, 30.3.</summary>
[TwoStage(typeof(X64L5), typeof(EptL4))]
public partial struct X64L5OverEptL4;

/// <summary>A guest's Sv39 table over its guest-stage table. RISC-V privileged specification, 21 (two-stage address translation).</summary>
[TwoStage(typeof(RiscvSv39), typeof(RiscvSv39x4))]
public partial struct RiscvSv39OverSv39x4;

/// <summary>A guest's Sv48 table over its guest-stage table. RISC-V privileged specification, 21 (two-stage address translation).</summary>
[TwoStage(typeof(RiscvSv48), typeof(RiscvSv48x4))]
public partial struct RiscvSv48OverSv48x4;

/// <summary>A guest's Arm stage 1 table over stage 2, both with 4 KiB granule. Arm DDI 0487, D8.2.</summary>
[TwoStage(typeof(Armv8S1G4K), typeof(Armv8S2G4K))]
public partial struct Armv8S1G4KOverS2G4K;

/// <summary>A VT-d first-stage table over a second-stage table: nested translation. Intel VT-d specification, 3.8.</summary>
[TwoStage(typeof(VtdFs4), typeof(VtdSs4))]
public partial struct VtdFs4OverSs4;
