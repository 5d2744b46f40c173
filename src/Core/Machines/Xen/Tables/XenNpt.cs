using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>
/// AMD nested tables as Xen fills them: <see cref="NptL4"/> with the p2m type in the software bits from 52 on. It can be changed, which <see cref="XenP2mNpt"/> cannot; the words are
/// the same. Types are written as rights: see <see cref="P2mTypes.PermissionsOf"/>.
/// </summary>
[PageTableFormat("xen-npt", IaBits = 48, OaBitsMax = 52)]
[Level(0, Name = "Pte", Shift = 12, Bits = 9)]
[Level(1, Name = "Pmd", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "Pud", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(3, Name = "Pml4e", Shift = 39, Bits = 9, CanTable = true)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(51, 12)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[Perm(Right.Execute, Bit = 63, Polarity = Polarity.Deny, Combine = Combine.OrDown), Perm(Right.Execute, Hi = 57, Lo = 52, In = 0x7F)]
[Perm(Right.User, Hi = 57, Lo = 52, In = (1 << 5) | (1 << 14) | (1 << 16)), Perm(Right.UserExecute, Hi = 57, Lo = 52, In = (1 << 15) | (1 << 16))]
[Accessed(5), Dirty(6)]
[Field("PWT", 3, 3, Kind = EntryKinds.Any), Field("PCD", 4, 4, Kind = EntryKinds.Any)]
[Field("PAT", 7, 7, ToLevel = 0), Field("PAT", 12, 12, FromLevel = 1, ToLevel = 2)]
[Field("G", 8, 8)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FE000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFE000), MustBeZero(3, EntryKinds.Table, 0x180)]
[Forbidden(1 << 2, 0, WalkStatus.UserDenied)]
[SoftwareBits(EntryKinds.Leaf, 0x7C00_0000_0000_0E00), SoftwareBits(EntryKinds.Table, 0x7FF0_0000_0000_0E00)]
[Ignored(EntryKinds.Table, 0x100, ToLevel = 2), Ignored(EntryKinds.Table, 0x40)]
[TableValue(0x67), LeafValue(1 << 2)]
public partial struct XenNpt;
