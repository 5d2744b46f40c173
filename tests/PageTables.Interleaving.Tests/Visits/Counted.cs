namespace Fast.PageTables.Interleaving.Tests;

/// <summary>VT-d's second stage as far as a domain needs it, emitted with hooks: each access of the fast path to one of its entries can be counted.</summary>
[PageTableFormat("counted", IaBits = 48, OaBitsMax = 52)]
[Level(0, Name = "SsPte", Shift = 12, Bits = 9)]
[Level(1, Name = "SsPde", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "SsPdpe", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(3, Name = "SsPml4e", Shift = 39, Bits = 9, CanTable = true)]
[Present(AnyOf = 3)]
[Address(51, 12)]
[Perm(Right.Read, Bit = 0, Combine = Combine.AndDown)]
[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[Accessed(8), Dirty(9)]
[TableValue(0x3)]
public partial struct Counted;
