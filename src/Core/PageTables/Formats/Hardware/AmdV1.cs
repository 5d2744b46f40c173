namespace Fast.PageTables;

/// <summary>
/// AMD IOMMU host tables, version 1: 1 to 6 levels, the root grows, a leaf may have any power-of-two size. The next level stands in each entry: 0 is a leaf of
/// the level's own size, 7 one whose size is in its address. AMD I/O virtualization specification (48882), 2.2.3. 512 GiB leaves are not written: Linux
/// masks them out for a hardware bug. Entries that skip levels are honoured where tables are read; operations that change tables refuse them
/// (<see cref="InvalidOperationException"/>): the engine never writes one.
/// </summary>
[PageTableFormat("amd-v1", OaBitsMax = 52, DynamicTop = true, FirstTop = 2, KindFault = WalkStatus.BadLevel)]
[Level(0, Name = "L1e", Shift = 12, Bits = 9)]
[Level(1, Name = "L2e", Shift = 21, Bits = 9, CanTable = true, CanLeaf = true)]
[Level(2, Name = "L3e", Shift = 30, Bits = 9, CanTable = true, CanLeaf = true)]
[Level(3, Name = "L4e", Shift = 39, Bits = 9, CanTable = true, CanLeaf = true)]
[Level(4, Name = "L5e", Shift = 48, Bits = 9, CanTable = true, CanLeaf = true)]
[Level(5, Name = "L6e", Shift = 57, Bits = 7, CanTable = true)]
[NextLevel(11, 9)]
[Contiguity(0, ContiguityKind.OnesRunInAddress, MinLg2 = 1, MaxLg2 = 8)]
[Contiguity(1, ContiguityKind.OnesRunInAddress, MinLg2 = 1, MaxLg2 = 8)]
[Contiguity(2, ContiguityKind.OnesRunInAddress, MinLg2 = 1, MaxLg2 = 8)]
[Contiguity(3, ContiguityKind.OnesRunInAddress, MinLg2 = 1, MaxLg2 = 8, ExceptShift = 39)]
[Contiguity(4, ContiguityKind.OnesRunInAddress, MinLg2 = 1, MaxLg2 = 3)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(51, 12)]
[Perm(Right.Read, Bit = 61, Combine = Combine.AndDown)]
[Perm(Right.Write, Bit = 62, Combine = Combine.AndDown)]
[Accessed(5), Dirty(6)]
[Field("U", 59, 59), Field("FC", 60, 60)]
[MustBeZero(0, EntryKinds.Any, 0x07F0_0000_0000_0000), MustBeZero(1, EntryKinds.Any, 0x07F0_0000_0000_0000), MustBeZero(2, EntryKinds.Any, 0x07F0_0000_0000_0000)]
[MustBeZero(3, EntryKinds.Any, 0x07F0_0000_0000_0000), MustBeZero(4, EntryKinds.Any, 0x07F0_0000_0000_0000), MustBeZero(5, EntryKinds.Table, 0x07F0_0000_0000_0000)]
[Forbidden(3UL << 61, 0, WalkStatus.NoPermission)]
[SoftwareBits(EntryKinds.Any, 0x8000_0000_0000_019E)]
[Ignored(EntryKinds.Table, 0x1800_0000_0000_0040)]
[TableValue(0x6000_0000_0000_0001)]
public partial struct AmdV1;
