namespace Fast.PageTables;

/// <summary>
/// Arm VMSAv8-64 stage 1, 64 KiB granule, 48-bit addresses. Arm counts levels from the root; its level 3 is level 0 here. Arm DDI 0487, D8.3.
/// </summary>
[PageTableFormat("armv8-s1-64k", Granule = 16, IaBits = 48, OaBitsMax = 48, KindFault = WalkStatus.BadKind)]
[Feature("ha"), Feature("hd")]
[Level(0, Name = "Lvl3", Shift = 16, Bits = 13, LeafWhenMask = 3, LeafWhenValue = 3)]
[Level(1, Name = "Lvl2", Shift = 29, Bits = 13, CanTable = true, LeafWhenMask = 3, LeafWhenValue = 1, TableWhenMask = 3, TableWhenValue = 3)]
[Level(2, Name = "Lvl1", Shift = 42, Bits = 6, CanTable = true, TableWhenMask = 3, TableWhenValue = 3)]
[Contiguity(0, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 5, MaxLg2 = 5)]
[Contiguity(1, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 5, MaxLg2 = 5)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(47, 16)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 7, Polarity = Polarity.Deny, UnlessBit = 51, UnlessRequires = "hd"), TableRestrict(Right.Write, 62)]
[Perm(Right.User, Bit = 6), TableRestrict(Right.User, 61)]
[Perm(Right.Execute, Bit = 53, Polarity = Polarity.Deny), TableRestrict(Right.Execute, 59)]
[Perm(Right.UserExecute, Bit = 54, Polarity = Polarity.Deny), TableRestrict(Right.UserExecute, 60)]
[Accessed(10, Requires = "ha"), Dirty(7, ModifierBit = 51, SavedBit = 55, DirtyWhenClear = true, Requires = "hd")]
[Field("AttrIndx", 4, 2), Field("NS", 5, 5), Field("SH", 9, 8), Field("nG", 11, 11), Field("GP", 50, 50)]
[Forbidden(1 << 10, 0, WalkStatus.AccessFlag, Kind = EntryKinds.Leaf, Unless = "ha")]
[SoftwareBits(EntryKinds.Leaf, 0x0780_0000_0000_0000), SoftwareBits(EntryKinds.Table, 0x07F8_0000_0000_0FFC)]
[Ignored(EntryKinds.Any, 0x8003_0000_0000_F000), Ignored(EntryKinds.Leaf, 0x7800_0000_0000_0000), Ignored(EntryKinds.Leaf, 0x1FFF_0000, FromLevel = 1)]
[Ignored(EntryKinds.Table, 0x0004_0000_0000_0000)]
[TableValue(3), LeafValue((3 << 8) | (1 << 10))]
public partial struct Armv8S1G64K;
