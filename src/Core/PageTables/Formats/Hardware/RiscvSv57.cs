namespace Fast.PageTables;

/// <summary>
/// RISC-V paging Sv57: 5 levels, sign-extended addresses. Any of R, W, X makes an entry a leaf; 64 KiB leaves (Svnapot) and memory types (Svpbmt) included. Leaves are written with A and D, so that
/// hardware never has to. RISC-V privileged specification, 12 (supervisor, Sv39 to Sv57).
/// </summary>
[PageTableFormat("riscv-sv57", IaRule = IaRule.SignExtend, IaBits = 57, OaBitsMax = 56, KindFault = WalkStatus.PageFault, ReservedFault = WalkStatus.PageFault)]
[Feature("rsw"), Feature("adue")]
[Level(0, Name = "Pte", Shift = 12, Bits = 9, LeafWhenAnyOf = 0xE)]
[Level(1, Name = "Pmd", Shift = 21, Bits = 9, CanTable = true, LeafWhenAnyOf = 0xE)]
[Level(2, Name = "Pud", Shift = 30, Bits = 9, CanTable = true, LeafWhenAnyOf = 0xE)]
[Level(3, Name = "P4d", Shift = 39, Bits = 9, CanTable = true, LeafWhenAnyOf = 0xE)]
[Level(4, Name = "Pgd", Shift = 48, Bits = 9, CanTable = true, LeafWhenAnyOf = 0xE)]
[Contiguity(0, ContiguityKind.OneHotInAddress, Flag = 1UL << 63, MinLg2 = 4, MaxLg2 = 4)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(53, 10, AddressLo = 12)]
[Perm(Right.Read, Bit = 1), Perm(Right.Write, Bit = 2), Perm(Right.Execute, Bit = 3)]
[Perm(Right.User, Bit = 4)]
[Accessed(6), Dirty(7)]
[Field("G", 5, 5, Kind = EntryKinds.Any), Field("PBMT", 62, 61)]
[MustBeZero(1, EntryKinds.Leaf, 0x800000000007FC00), MustBeZero(1, EntryKinds.Table, 0xE000_0000_0000_00D0)]
[MustBeZero(2, EntryKinds.Leaf, 0x800000000FFFFC00), MustBeZero(2, EntryKinds.Table, 0xE000_0000_0000_00D0)]
[MustBeZero(3, EntryKinds.Leaf, 0x8000001FFFFFFC00), MustBeZero(3, EntryKinds.Table, 0xE000_0000_0000_00D0)]
[MustBeZero(4, EntryKinds.Leaf, 0x80003FFFFFFFFC00), MustBeZero(4, EntryKinds.Table, 0xE000_0000_0000_00D0)]
[MustBeZero(0, EntryKinds.Leaf, 0x07C0_0000_0000_0000), MustBeZero(1, EntryKinds.Any, 0x07C0_0000_0000_0000), MustBeZero(2, EntryKinds.Any, 0x07C0_0000_0000_0000), MustBeZero(3, EntryKinds.Any, 0x07C0_0000_0000_0000), MustBeZero(4, EntryKinds.Any, 0x07C0_0000_0000_0000)]
[MustBeZero(0, EntryKinds.Leaf, 0x1800_0000_0000_0000, Unless = "rsw"), MustBeZero(1, EntryKinds.Any, 0x1800_0000_0000_0000, Unless = "rsw"), MustBeZero(2, EntryKinds.Any, 0x1800_0000_0000_0000, Unless = "rsw"), MustBeZero(3, EntryKinds.Any, 0x1800_0000_0000_0000, Unless = "rsw"), MustBeZero(4, EntryKinds.Any, 0x1800_0000_0000_0000, Unless = "rsw")]
[Forbidden(6, 4, WalkStatus.PageFault, Kind = EntryKinds.Leaf), Forbidden(3UL << 61, 3UL << 61, WalkStatus.PageFault, Kind = EntryKinds.Leaf)]
[Forbidden(1 << 6, 0, WalkStatus.PageFault, Kind = EntryKinds.Leaf, Unless = "adue")]
[SoftwareBits(EntryKinds.Any, 0x300)]
[TableValue(1), LeafValue((1 << 6) | (1 << 7))]
public partial struct RiscvSv57;
