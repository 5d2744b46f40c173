namespace Fast.PageTables;

/// <summary>
/// Intel VT-d second-stage tables with 5 levels (AGAW 57), zero-extended. There is no present bit: an entry that allows reading or writing is present.
/// TM (bit 62) stands in leaves only: in an entry that points to a table that bit is reserved, whatever the implementation has, and so is bit 11.
/// Intel VT-d specification, 3.7 and 9.8.
/// </summary>
[PageTableFormat("vtd-ss-5l", IaBits = 57, OaBitsMax = 52)]
[Feature("2m"), Feature("gb"), Feature("sc"), Feature("dt")]
[Level(0, Name = "SsPte", Shift = 12, Bits = 9)]
[Level(1, Name = "SsPde", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7, Requires = "2m")]
[Level(2, Name = "SsPdpe", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7, Requires = "gb")]
[Level(3, Name = "SsPml4e", Shift = 39, Bits = 9, CanTable = true)]
[Level(4, Name = "SsPml5e", Shift = 48, Bits = 9, CanTable = true)]
[Present(AnyOf = 3)]
[Address(51, 12)]
[Perm(Right.Read, Bit = 0, Combine = Combine.AndDown)]
[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[Accessed(8), Dirty(9)]
[Field("EMT", 5, 3), Field("IPAT", 6, 6), Field("SNP", 11, 11), Field("TM", 62, 62)]
[MustBeZero(0, EntryKinds.Leaf, 1 << 11, Unless = "sc"), MustBeZero(1, EntryKinds.Leaf, 1 << 11, Unless = "sc"), MustBeZero(2, EntryKinds.Leaf, 1 << 11, Unless = "sc")]
[MustBeZero(0, EntryKinds.Leaf, 1UL << 62, Unless = "dt"), MustBeZero(1, EntryKinds.Leaf, 1UL << 62, Unless = "dt"), MustBeZero(2, EntryKinds.Leaf, 1UL << 62, Unless = "dt")]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFF000)]
[MustBeZero(1, EntryKinds.Table, 0x4000_0000_0000_0800), MustBeZero(2, EntryKinds.Table, 0x4000_0000_0000_0800), MustBeZero(3, EntryKinds.Table, 0x4000_0000_0000_0880), MustBeZero(4, EntryKinds.Table, 0x4000_0000_0000_0880)]
[SoftwareBits(EntryKinds.Any, 0x9FF0_0000_0000_0400)]
[Ignored(EntryKinds.Any, 0x2000_0000_0000_0004), Ignored(EntryKinds.Leaf, 0x80, ToLevel = 0), Ignored(EntryKinds.Table, 0x278)]
[TableValue(0x3)]
public partial struct VtdSs5;
