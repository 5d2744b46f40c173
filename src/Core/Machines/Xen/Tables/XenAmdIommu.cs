using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>
/// AMD IOMMU tables as Xen fills them: <see cref="AmdV1"/> words, but four levels from the start and leaves of 4 KiB, 2 MiB and 1 GiB only, so that an entry stands for what an entry
/// of the p2m stands for.
/// </summary>
[PageTableFormat("xen-amd-iommu", IaBits = 48, OaBitsMax = 52, KindFault = WalkStatus.BadLevel)]
[Level(0, Name = "L1e", Shift = 12, Bits = 9)]
[Level(1, Name = "L2e", Shift = 21, Bits = 9, CanTable = true, CanLeaf = true)]
[Level(2, Name = "L3e", Shift = 30, Bits = 9, CanTable = true, CanLeaf = true)]
[Level(3, Name = "L4e", Shift = 39, Bits = 9, CanTable = true)]
[NextLevel(11, 9)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(51, 12)]
[Perm(Right.Read, Bit = 61, Combine = Combine.AndDown)]
[Perm(Right.Write, Bit = 62, Combine = Combine.AndDown)]
[Accessed(5), Dirty(6)]
[Field("U", 59, 59), Field("FC", 60, 60)]
[MustBeZero(0, EntryKinds.Any, 0x07F0_0000_0000_0000), MustBeZero(1, EntryKinds.Any, 0x07F0_0000_0000_0000)]
[MustBeZero(2, EntryKinds.Any, 0x07F0_0000_0000_0000), MustBeZero(3, EntryKinds.Table, 0x07F0_0000_0000_0000)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFF000)]
[Forbidden(3UL << 61, 0, WalkStatus.NoPermission)]
[SoftwareBits(EntryKinds.Any, 0x8000_0000_0000_019E)]
[Ignored(EntryKinds.Table, 0x1800_0000_0000_0040)]
[TableValue(0x6000_0000_0000_0001)]
public partial struct XenAmdIommu;
