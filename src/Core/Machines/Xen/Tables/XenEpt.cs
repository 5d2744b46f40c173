using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>
/// EPT as Xen fills it: <see cref="EptL4"/> with the p2m type in bits 57:52, access "all" in 62:59 and #VE suppressed. It can be changed, which <see cref="XenP2mEpt"/> cannot; the words
/// are the same, and tests read them by that one, by <see cref="EptL4"/>, and by <see cref="VtdSs4"/> where VT-d shares the table. The engine writes rights only, so a
/// type is written as rights: see <see cref="P2mTypes.PermissionsOf"/>.
/// </summary>
[PageTableFormat("xen-ept", IaBits = 48, OaBitsMax = 52, ReservedFault = WalkStatus.Misconfigured, KindFault = WalkStatus.Misconfigured)]
[Level(0, Name = "EptPte", Shift = 12, Bits = 9)]
[Level(1, Name = "EptPde", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "EptPdpte", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(3, Name = "EptPml4e", Shift = 39, Bits = 9, CanTable = true)]
[Present(AnyOf = 7)]
[Address(51, 12)]
[Perm(Right.Read, Bit = 0, Combine = Combine.AndDown)]
[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[Perm(Right.Execute, Bit = 2, Combine = Combine.AndDown), Perm(Right.Execute, Hi = 57, Lo = 52, In = 0x7F)]
[Perm(Right.User, Hi = 57, Lo = 52, In = (1 << 5) | (1 << 14) | (1 << 16)), Perm(Right.UserExecute, Hi = 57, Lo = 52, In = (1 << 15) | (1 << 16))]
[Accessed(8), Dirty(9)]
[Field("MT", 5, 3), Field("IPAT", 6, 6)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFF000)]
[MustBeZero(1, EntryKinds.Table, 0x78), MustBeZero(2, EntryKinds.Table, 0x78), MustBeZero(3, EntryKinds.Table, 0xF8)]
[Forbidden(3, 2, WalkStatus.Misconfigured)]
[Forbidden(0x30, 0x10, WalkStatus.Misconfigured, Kind = EntryKinds.Leaf), Forbidden(0x38, 0x38, WalkStatus.Misconfigured, Kind = EntryKinds.Leaf)]
[SoftwareBits(EntryKinds.Leaf, 0xFC00_0000_0000_0C00), SoftwareBits(EntryKinds.Table, 0xFFF0_0000_0000_0C00)]
[Ignored(EntryKinds.Leaf, 0x80, ToLevel = 0), Ignored(EntryKinds.Table, 0x200)]
[TableValue(0x7), LeafValue(0xB800_0000_0000_0030)]
public partial struct XenEpt;
