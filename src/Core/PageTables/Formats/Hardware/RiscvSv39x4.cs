namespace Fast.PageTables;

/// <summary>
/// RISC-V guest-stage paging Sv39x4: a root of 16 KiB, zero-extended guest-physical addresses, every leaf is a user page. Any of R, W, X makes an entry a leaf; 64 KiB leaves (Svnapot) and memory types (Svpbmt) included. Leaves are written with A and D, so that
/// hardware never has to. RISC-V privileged specification, 21 (hypervisor, two-stage translation).
/// </summary>
[PageTableFormat("riscv-sv39x4", IaBits = 41, OaBitsMax = 56, KindFault = WalkStatus.PageFault, ReservedFault = WalkStatus.PageFault)]
[Feature("rsw"), Feature("adue")]
[Level(0, Name = "Pte", Shift = 12, Bits = 9, LeafWhenAnyOf = 0xE)]
[Level(1, Name = "Pmd", Shift = 21, Bits = 9, CanTable = true, LeafWhenAnyOf = 0xE)]
[Level(2, Name = "Pgd", Shift = 30, Bits = 11, CanTable = true, LeafWhenAnyOf = 0xE)]
[Contiguity(0, ContiguityKind.OneHotInAddress, Flag = 1UL << 63, MinLg2 = 4, MaxLg2 = 4)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(53, 10, AddressLo = 12)]
[Perm(Right.Read, Bit = 1), Perm(Right.Write, Bit = 2), Perm(Right.Execute, Bit = 3)]
[Accessed(6), Dirty(7)]
[Field("G", 5, 5, Kind = EntryKinds.Any), Field("PBMT", 62, 61)]
[MustBeZero(1, EntryKinds.Leaf, 0x800000000007FC00), MustBeZero(1, EntryKinds.Table, 0xE000_0000_0000_00D0)]
[MustBeZero(2, EntryKinds.Leaf, 0x800000000FFFFC00), MustBeZero(2, EntryKinds.Table, 0xE000_0000_0000_00D0)]
[MustBeZero(0, EntryKinds.Leaf, 0x07C0_0000_0000_0000), MustBeZero(1, EntryKinds.Any, 0x07C0_0000_0000_0000), MustBeZero(2, EntryKinds.Any, 0x07C0_0000_0000_0000)]
[MustBeZero(0, EntryKinds.Leaf, 0x1800_0000_0000_0000, Unless = "rsw"), MustBeZero(1, EntryKinds.Any, 0x1800_0000_0000_0000, Unless = "rsw"), MustBeZero(2, EntryKinds.Any, 0x1800_0000_0000_0000, Unless = "rsw")]
[Forbidden(6, 4, WalkStatus.PageFault, Kind = EntryKinds.Leaf), Forbidden(3UL << 61, 3UL << 61, WalkStatus.PageFault, Kind = EntryKinds.Leaf)]
[Forbidden(1 << 6, 0, WalkStatus.PageFault, Kind = EntryKinds.Leaf, Unless = "adue")]
[Forbidden(1 << 4, 0, WalkStatus.PageFault, Kind = EntryKinds.Leaf)]
[SoftwareBits(EntryKinds.Any, 0x300)]
[TableValue(1), LeafValue((1 << 4) | (1 << 6) | (1 << 7))]
public partial struct RiscvSv39x4;
