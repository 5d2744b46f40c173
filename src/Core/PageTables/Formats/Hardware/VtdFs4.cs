namespace Fast.PageTables;

/// <summary>
/// Intel VT-d first-stage tables with 4 levels: the x86-64 format, for requests without supervisor privilege, so every level must have U set. Leaves are
/// written with A, and with U. Intel VT-d specification, 3.6 and 9.7.
/// </summary>
[PageTableFormat("vtd-fs-4l", IaRule = IaRule.SignExtend, IaBits = 48, OaBitsMax = 52)]
[Feature("gb")]
[Level(0, Name = "FsPte", Shift = 12, Bits = 9)]
[Level(1, Name = "FsPde", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "FsPdpe", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7, Requires = "gb")]
[Level(3, Name = "FsPml4e", Shift = 39, Bits = 9, CanTable = true)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(51, 12)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[Perm(Right.Execute, Bit = 63, Polarity = Polarity.Deny, Combine = Combine.OrDown)]
[Accessed(5), Dirty(6)]
[Field("PWT", 3, 3, Kind = EntryKinds.Any), Field("PCD", 4, 4, Kind = EntryKinds.Any)]
[Field("PAT", 7, 7, ToLevel = 0), Field("PAT", 12, 12, FromLevel = 1, ToLevel = 2)]
[Field("G", 8, 8), Field("EA", 10, 10)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FE000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFE000), MustBeZero(3, EntryKinds.Table, 1 << 7)]
[Forbidden(1 << 2, 0, WalkStatus.UserDenied)]
[SoftwareBits(EntryKinds.Any, 0x7FF0_0000_0000_0A00)]
[Ignored(EntryKinds.Table, 0x540)]
[TableValue(0x27), LeafValue((1 << 2) | (1 << 5))]
public partial struct VtdFs4;
