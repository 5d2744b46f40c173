namespace Fast.PageTables.Stages.Tests;

/// <summary>Two levels, declared as a user would in a project of its own, which asks for hooks and narrow scans.</summary>
[PageTableFormat("stages-30", IaBits = 30, OaBitsMax = 40)]
[Level(0, Name = "Low", Shift = 12, Bits = 9)]
[Level(1, Name = "Top", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Present(Mask = 1, Value = 1)]
[Address(39, 12)]
[Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF000)]
[TableValue(0x3)]
public partial struct Stages30;

/// <summary>One level only, which the project's list of formats names too.</summary>
[PageTableFormat("stages-21", OaBitsMax = 40)]
[Level(0, Name = "Low", Shift = 12, Bits = 9)]
[Present(Mask = 1, Value = 1), Address(39, 12), Perm(Right.Read, ImpliedByPresent = true), TableValue(1)]
public partial struct Stages21;

/// <summary>A format that the project's list does not name.</summary>
[PageTableFormat("stages-left-out", OaBitsMax = 40)]
[Level(0, Name = "Low", Shift = 12, Bits = 9)]
[Present(Mask = 1, Value = 1), Address(39, 12), Perm(Right.Read, ImpliedByPresent = true), TableValue(1)]
public partial struct StagesLeftOut;

/// <summary>A pair that goes with it.</summary>
[BatchPin(typeof(StagesLeftOut), typeof(VtdSs4))]
public partial struct StagesLeftOutToVtdSs4;

/// <summary>Stage-1 tables of 16 KiB in pages of 4 KiB, which may lie apart.</summary>
[TwoStage(typeof(Armv8S1G16K), typeof(Armv8S2G4K))]
public partial struct Arm16KOver4K;

/// <summary>A growing root over EPT: user execution is nobody's, user access nobody's.</summary>
[TwoStage(typeof(AmdV1), typeof(EptL4))]
public partial struct AmdV1OverEptL4;

/// <summary>A stage 2 that tells user execution, below a stage 1 that does not.</summary>
[TwoStage(typeof(X64L4), typeof(Armv8S2G4K))]
public partial struct X64L4OverArmS2;

/// <summary>A stage 1 that tells user execution, over a stage 2 that does not.</summary>
[TwoStage(typeof(Armv8S1G4K), typeof(EptL4))]
public partial struct ArmS1OverEptL4;

/// <summary>Pages of 4 KiB in a format of its own.</summary>
[BatchPin(typeof(Stages30), typeof(VtdSs4))]
public partial struct Stages30ToVtdSs4;

/// <summary>Into pages of 16 KiB: runs of 4 KiB pages need not be made of such.</summary>
[BatchPin(typeof(X64L4), typeof(Armv8S2G16K))]
public partial struct X64L4ToArmv8S2G16K;

/// <summary>Into pages of 64 KiB, from a source whose contiguous hint makes leaves of that size too.</summary>
[BatchPin(typeof(Armv8S1G4K), typeof(Armv8S2G64K))]
public partial struct Armv8S1G4KToArmv8S2G64K;

/// <summary>Dual entries over an IOMMU's table: a GPU's page tables in a guest.</summary>
[TwoStage(typeof(NvidiaV3), typeof(VtdSs4))]
public partial struct NvidiaV3OverVtdSs4;

/// <summary>A guest over the map that Xen itself reads.</summary>
[TwoStage(typeof(X64L4), typeof(XenP2mEpt))]
public partial struct X64L4OverXenP2mEpt;
