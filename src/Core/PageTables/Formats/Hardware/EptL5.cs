namespace Fast.PageTables;

/// <summary>
/// Intel EPT with 5 levels, guest-physical addresses of 57 bits. There is no present bit: an entry that allows something is present. Intel SDM
/// volume 3, 30.3 (EPT translation mechanism and misconfigurations).
/// </summary>
[PageTableFormat("ept-5l", IaBits = 57, OaBitsMax = 52, ReservedFault = WalkStatus.Misconfigured, KindFault = WalkStatus.Misconfigured)]
[Feature("gb"), Feature("xo")]
[Level(0, Name = "EptPte", Shift = 12, Bits = 9)]
[Level(1, Name = "EptPde", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "EptPdpte", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7, Requires = "gb")]
[Level(3, Name = "EptPml4e", Shift = 39, Bits = 9, CanTable = true)]
[Level(4, Name = "EptPml5e", Shift = 48, Bits = 9, CanTable = true)]
[Present(AnyOf = 7)]
[Address(51, 12)]
[Perm(Right.Read, Bit = 0, Combine = Combine.AndDown)]
[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[Perm(Right.Execute, Bit = 2, Combine = Combine.AndDown)]
[Accessed(8), Dirty(9)]
[Field("MT", 5, 3), Field("IPAT", 6, 6)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFF000)]
[MustBeZero(1, EntryKinds.Table, 0x78), MustBeZero(2, EntryKinds.Table, 0x78), MustBeZero(3, EntryKinds.Table, 0xF8), MustBeZero(4, EntryKinds.Table, 0xF8)]
[Forbidden(3, 2, WalkStatus.Misconfigured), Forbidden(7, 4, WalkStatus.Misconfigured, Unless = "xo")]
[Forbidden(0x30, 0x10, WalkStatus.Misconfigured, Kind = EntryKinds.Leaf), Forbidden(0x38, 0x38, WalkStatus.Misconfigured, Kind = EntryKinds.Leaf)]
[SoftwareBits(EntryKinds.Any, 0x7FF0_0000_0000_0C00)]
[Ignored(EntryKinds.Any, 0x8000_0000_0000_0000), Ignored(EntryKinds.Leaf, 0x80, ToLevel = 0), Ignored(EntryKinds.Table, 0x200)]
[TableValue(0x7), LeafValue(6 << 3)]
public partial struct EptL5;
