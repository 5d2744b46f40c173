namespace Fast.PageTables;

/// <summary>
/// x86 PAE paging: 32-bit addresses, 3 levels. The four root entries are registers, loaded and checked at MOV CR3: what a walk calls reserved there is
/// a general-protection fault then. Intel SDM volume 3, 4.4.
/// </summary>
[PageTableFormat("x86-pae", IaBits = 32, OaBitsMax = 52)]
[Feature("nxe")]
[Level(0, Name = "Pte", Shift = 12, Bits = 9)]
[Level(1, Name = "Pde", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "Pdpte", Shift = 30, Bits = 2, CanTable = true)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(51, 12)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown, ToLevel = 1)]
[Perm(Right.User, Bit = 2, Combine = Combine.AndDown, ToLevel = 1)]
[Perm(Right.Execute, Bit = 63, Polarity = Polarity.Deny, Combine = Combine.OrDown, ToLevel = 1, Requires = "nxe")]
[Accessed(5), Dirty(6)]
[Field("PWT", 3, 3, Kind = EntryKinds.Any), Field("PCD", 4, 4, Kind = EntryKinds.Any)]
[Field("PAT", 7, 7, ToLevel = 0), Field("PAT", 12, 12, FromLevel = 1, ToLevel = 1)]
[Field("G", 8, 8)]
[MustBeZero(0, EntryKinds.Leaf, 0x7FF0_0000_0000_0000)]
[MustBeZero(1, EntryKinds.Leaf, 0x7FF0_0000_001F_E000), MustBeZero(1, EntryKinds.Table, 0x7FF0_0000_0000_0000)]
[MustBeZero(2, EntryKinds.Table, 0xFFF0_0000_0000_01E6)]
[SoftwareBits(EntryKinds.Any, 0xE00)]
[Ignored(EntryKinds.Table, 0x140, ToLevel = 1)]
[TableValue(0x67, ToLevel = 1), TableValue(0x1, FromLevel = 2)]
public partial struct X86Pae;
