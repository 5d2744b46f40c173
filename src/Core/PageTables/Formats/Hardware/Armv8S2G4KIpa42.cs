namespace Fast.PageTables;

/// <summary>
/// Arm VMSAv8-64 stage 2, 4 KiB granule, 42-bit intermediate addresses: the root is 8 concatenated tables of level 1. Permissions stand in leaves only. Arm counts levels from the root; its level 3 is level 0 here. Arm DDI 0487, D8.3.
/// </summary>
[PageTableFormat("armv8-s2-4k-42", Granule = 12, IaBits = 42, OaBitsMax = 48, KindFault = WalkStatus.BadKind)]
[Feature("ha"), Feature("hd")]
[Level(0, Name = "Lvl3", Shift = 12, Bits = 9, LeafWhenMask = 3, LeafWhenValue = 3)]
[Level(1, Name = "Lvl2", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 3, LeafWhenValue = 1, TableWhenMask = 3, TableWhenValue = 3)]
[Level(2, Name = "Lvl1", Shift = 30, Bits = 12, CanTable = true, LeafWhenMask = 3, LeafWhenValue = 1, TableWhenMask = 3, TableWhenValue = 3)]
[Contiguity(0, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 4, MaxLg2 = 4)]
[Contiguity(1, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 4, MaxLg2 = 4)]
[Contiguity(2, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 4, MaxLg2 = 4)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(47, 12)]
[Perm(Right.Read, Bit = 6)]
[Perm(Right.Write, Bit = 7, UnlessBit = 51, UnlessRequires = "hd")]
[Perm(Right.Execute, Hi = 54, Lo = 53, In = 0b1001), Perm(Right.UserExecute, Hi = 54, Lo = 53, In = 0b0011)]
[Accessed(10, Requires = "ha"), Dirty(7, ModifierBit = 51, SavedBit = 55, Requires = "hd")]
[Field("MemAttr", 5, 2), Field("SH", 9, 8), Field("FnXS", 11, 11)]
[Forbidden(1 << 10, 0, WalkStatus.AccessFlag, Kind = EntryKinds.Leaf, Unless = "ha")]
[SoftwareBits(EntryKinds.Leaf, 0x0780_0000_0000_0000), SoftwareBits(EntryKinds.Table, 0x07F8_0000_0000_0FFC)]
[Ignored(EntryKinds.Any, 0xF807_0000_0000_0000), Ignored(EntryKinds.Leaf, 0x001F_F000, FromLevel = 1), Ignored(EntryKinds.Leaf, 0x3FE0_0000, FromLevel = 2)]
[TableValue(3), LeafValue((0xF << 2) | (3 << 8) | (1 << 10))]
public partial struct Armv8S2G4KIpa42;
