namespace Fast.PageTables;

/// <summary>
/// AMD nested paging with a 4-level long-mode host: the host's encoding, zero-extended guest-physical addresses, and every access is a user access. AMD APM
/// volume 2, 15.25.
/// </summary>
[PageTableFormat("npt-4l", IaBits = 48, OaBitsMax = 52)]
[Feature("gb"), Feature("nxe")]
[Level(0, Name = "Pte", Shift = 12, Bits = 9)]
[Level(1, Name = "Pmd", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "Pud", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7, Requires = "gb")]
[Level(3, Name = "Pml4e", Shift = 39, Bits = 9, CanTable = true)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(51, 12)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[Perm(Right.Execute, Bit = 63, Polarity = Polarity.Deny, Combine = Combine.OrDown, Requires = "nxe")]
[Accessed(5), Dirty(6)]
[Field("PWT", 3, 3, Kind = EntryKinds.Any), Field("PCD", 4, 4, Kind = EntryKinds.Any)]
[Field("PAT", 7, 7, ToLevel = 0), Field("PAT", 12, 12, FromLevel = 1, ToLevel = 2)]
[Field("G", 8, 8)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FE000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFE000), MustBeZero(3, EntryKinds.Table, 0x180)]
[Forbidden(1 << 2, 0, WalkStatus.UserDenied)]
[SoftwareBits(EntryKinds.Any, 0x7FF0_0000_0000_0E00)]
[Ignored(EntryKinds.Table, 0x100, ToLevel = 2), Ignored(EntryKinds.Table, 0x40)]
[TableValue(0x67), LeafValue(1 << 2)]
public partial struct NptL4;
