namespace Fast.PageTables;

/// <summary>
/// x86 32-bit paging: two levels of 4-byte entries, leaves of 4 KiB and, with CR4.PSE, 4 MiB. Without CR4.PSE bit 7 of a PDE is ignored. Intel SDM volume 3, 4.3.
/// </summary>
/// <remarks>PSE-36, which puts output bits 39:32 into bits 20:13 of a large leaf, is not declared: output addresses have 32 bits here, and those bits must be zero.</remarks>
[PageTableFormat("x86-32", EntryBytes = 4, OaBitsMax = 32)]
[Feature("pse")]
[Level(0, Name = "Pte", Shift = 12, Bits = 10)]
[Level(1, Name = "Pde", Shift = 22, Bits = 10, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7, Requires = "pse", TableWithout = true)]
[Present(Mask = 1, Value = 1)]
[Address(31, 12)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[Perm(Right.User, Bit = 2, Combine = Combine.AndDown)]
[Perm(Right.Execute, ImpliedByPresent = true)]
[Accessed(5), Dirty(6)]
[Field("PWT", 3, 3, Kind = EntryKinds.Any), Field("PCD", 4, 4, Kind = EntryKinds.Any)]
[Field("PAT", 7, 7, ToLevel = 0), Field("PAT", 12, 12, FromLevel = 1)]
[Field("G", 8, 8)]
[SoftwareBits(EntryKinds.Any, 0xE00)]
[Ignored(EntryKinds.Table, 0x140)]
[MustBeZero(1, EntryKinds.Leaf, 0x3FE000)]
[TableValue(0x67)]
public partial struct X86L2;
