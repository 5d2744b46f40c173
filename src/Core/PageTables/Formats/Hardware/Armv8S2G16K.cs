namespace Fast.PageTables;

/// <summary>
/// Arm VMSAv8-64 stage 2, 16 KiB granule, 48-bit intermediate addresses: the root is 2 concatenated tables of level 1. Permissions stand in leaves only. Arm counts levels from the root; its level 3 is level 0 here. Arm DDI 0487, D8.3.
/// </summary>
[PageTableFormat("armv8-s2-16k", Granule = 14, IaBits = 48, OaBitsMax = 48, KindFault = WalkStatus.BadKind)]
[Feature("ha"), Feature("hd")]
[Level(0, Name = "Lvl3", Shift = 14, Bits = 11, LeafWhenMask = 3, LeafWhenValue = 3)]
[Level(1, Name = "Lvl2", Shift = 25, Bits = 11, CanTable = true, LeafWhenMask = 3, LeafWhenValue = 1, TableWhenMask = 3, TableWhenValue = 3)]
[Level(2, Name = "Lvl1", Shift = 36, Bits = 12, CanTable = true, TableWhenMask = 3, TableWhenValue = 3)]
[Contiguity(0, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 7, MaxLg2 = 7)]
[Contiguity(1, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 5, MaxLg2 = 5)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(47, 14)]
[Perm(Right.Read, Bit = 6)]
[Perm(Right.Write, Bit = 7, UnlessBit = 51, UnlessRequires = "hd")]
[Perm(Right.Execute, Hi = 54, Lo = 53, In = 0b1001), Perm(Right.UserExecute, Hi = 54, Lo = 53, In = 0b0011)]
[Accessed(10, Requires = "ha"), Dirty(7, ModifierBit = 51, SavedBit = 55, Requires = "hd")]
[Field("MemAttr", 5, 2), Field("SH", 9, 8), Field("FnXS", 11, 11)]
[Forbidden(1 << 10, 0, WalkStatus.AccessFlag, Kind = EntryKinds.Leaf, Unless = "ha")]
[SoftwareBits(EntryKinds.Leaf, 0x0780_0000_0000_0000), SoftwareBits(EntryKinds.Table, 0x07F8_0000_0000_0FFC)]
[Ignored(EntryKinds.Any, 0xF807_0000_0000_3000), Ignored(EntryKinds.Leaf, 0x01FF_C000, FromLevel = 1)]
[TableValue(3), LeafValue((0xF << 2) | (3 << 8) | (1 << 10))]
public partial struct Armv8S2G16K;
