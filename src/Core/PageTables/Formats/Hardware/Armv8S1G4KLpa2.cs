namespace Fast.PageTables;

/// <summary>
/// Arm VMSAv8-64 stage 1, 4 KiB granule with LPA2 (TCR.DS = 1): 52-bit addresses, shareability is not in the entry. Arm counts levels from the root; its level 3 is level 0 here. Arm DDI 0487, D8.3.
/// </summary>
[PageTableFormat("armv8-s1-4k-lpa2", Granule = 12, IaBits = 52, OaBitsMax = 52, KindFault = WalkStatus.BadKind)]
[Feature("ha"), Feature("hd")]
[Level(0, Name = "Lvl3", Shift = 12, Bits = 9, LeafWhenMask = 3, LeafWhenValue = 3)]
[Level(1, Name = "Lvl2", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 3, LeafWhenValue = 1, TableWhenMask = 3, TableWhenValue = 3)]
[Level(2, Name = "Lvl1", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 3, LeafWhenValue = 1, TableWhenMask = 3, TableWhenValue = 3)]
[Level(3, Name = "Lvl0", Shift = 39, Bits = 9, CanTable = true, LeafWhenMask = 3, LeafWhenValue = 1, TableWhenMask = 3, TableWhenValue = 3)]
[Level(4, Name = "LvlM1", Shift = 48, Bits = 4, CanTable = true, TableWhenMask = 3, TableWhenValue = 3)]
[Contiguity(0, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 4, MaxLg2 = 4)]
[Contiguity(1, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 4, MaxLg2 = 4)]
[Contiguity(2, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 4, MaxLg2 = 4)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(49, 12), Address(9, 8, AddressLo = 50)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 7, Polarity = Polarity.Deny, UnlessBit = 51, UnlessRequires = "hd"), TableRestrict(Right.Write, 62)]
[Perm(Right.User, Bit = 6), TableRestrict(Right.User, 61)]
[Perm(Right.Execute, Bit = 53, Polarity = Polarity.Deny), TableRestrict(Right.Execute, 59)]
[Perm(Right.UserExecute, Bit = 54, Polarity = Polarity.Deny), TableRestrict(Right.UserExecute, 60)]
[Accessed(10, Requires = "ha"), Dirty(7, ModifierBit = 51, SavedBit = 55, DirtyWhenClear = true, Requires = "hd")]
[Field("AttrIndx", 4, 2), Field("NS", 5, 5), Field("nG", 11, 11), Field("GP", 50, 50)]
[Forbidden(1 << 10, 0, WalkStatus.AccessFlag, Kind = EntryKinds.Leaf, Unless = "ha")]
[SoftwareBits(EntryKinds.Leaf, 0x0780_0000_0000_0000), SoftwareBits(EntryKinds.Table, 0x07F8_0000_0000_0CFC)]
[Ignored(EntryKinds.Any, 0x8000_0000_0000_0000), Ignored(EntryKinds.Leaf, 0x7800_0000_0000_0000), Ignored(EntryKinds.Leaf, 0x001F_F000, FromLevel = 1)]
[Ignored(EntryKinds.Leaf, 0x3FE0_0000, FromLevel = 2), Ignored(EntryKinds.Leaf, 0x0010_007F_C000_0000, FromLevel = 3), Ignored(EntryKinds.Table, 0x0004_0000_0000_0000)]
[TableValue(3), LeafValue((1 << 10))]
public partial struct Armv8S1G4KLpa2;
