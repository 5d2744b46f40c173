namespace Fast.PageTables.Interleaving.Tests;

/// <summary>Three levels of two items each, leaves of 4, 8 and 16 KiB: as deep as needed for every kind of change, and so narrow that all interleavings can be tried.</summary>
[PageTableFormat("narrow", IaBits = 15, OaBitsMax = 40)]
[Level(0, Name = "Low", Shift = 12, Bits = 1)]
[Level(1, Name = "Middle", Shift = 13, Bits = 1, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "Top", Shift = 14, Bits = 1, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Present(Mask = 1, Value = 1)]
[Address(39, 12)]
[Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[TableValue(0x3)]
public partial struct Narrow;

/// <summary>The same with last tables of four items, of which two can be one leaf: every item of such a leaf is changed in a store of its own.</summary>
[PageTableFormat("narrow-runs", IaBits = 16, OaBitsMax = 40)]
[Level(0, Name = "Low", Shift = 12, Bits = 2)]
[Level(1, Name = "Middle", Shift = 14, Bits = 1, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "Top", Shift = 15, Bits = 1, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Contiguity(0, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 1, MaxLg2 = 1)]
[Present(Mask = 1, Value = 1)]
[Address(39, 12)]
[Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[TableValue(0x3)]
public partial struct NarrowRuns;
