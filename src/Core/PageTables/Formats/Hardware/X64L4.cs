namespace Fast.PageTables;

/// <summary>x86-64 paging with 4 levels, 48-bit canonical addresses. Intel SDM volume 3, 4.5; AMD APM volume 2, 5.3.</summary>
[PageTableFormat("x86-64-4l", IaRule = IaRule.SignExtend, IaBits = 48, OaBitsMax = 52)]
[Feature("gb"), Feature("nxe")]
[Level(0, Name = "Pte", Shift = 12, Bits = 9)]
[Level(1, Name = "Pmd", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "Pud", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7, Requires = "gb")]
[Level(3, Name = "Pgd", Shift = 39, Bits = 9, CanTable = true)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(51, 12)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[Perm(Right.User, Bit = 2, Combine = Combine.AndDown)]
[Perm(Right.Execute, Bit = 63, Polarity = Polarity.Deny, Combine = Combine.OrDown, Requires = "nxe")]
[Accessed(5), Dirty(6)]
[Field("PWT", 3, 3, Kind = EntryKinds.Any), Field("PCD", 4, 4, Kind = EntryKinds.Any)]
[Field("PAT", 7, 7, ToLevel = 0), Field("PAT", 12, 12, FromLevel = 1, ToLevel = 2)]
[Field("G", 8, 8), Field("PKEY", 62, 59)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FE000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFE000), MustBeZero(3, EntryKinds.Table, 1 << 7)]
[SoftwareBits(EntryKinds.Any, 0x07F0_0000_0000_0E00)]
[Ignored(EntryKinds.Table, 0x7800_0000_0000_0140)]
[TableValue(0x67)]
public partial struct X64L4;
