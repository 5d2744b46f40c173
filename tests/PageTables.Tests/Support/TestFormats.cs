using System.Collections;

namespace Fast.PageTables.Tests;

/// <summary>
/// Declared as a user would, in a project of its own. Three levels, zero-extended; a set bit 9 marks a table, so a leaf is what has it clear;
/// permissions are the leaf's alone, one allowed by a bit, one denied by a bit.
/// </summary>
[PageTableFormat("test-39", IaBits = 39, OaBitsMax = 44)]
[Feature("1g")]
[Level(0, Name = "Low", Shift = 12, Bits = 9)]
[Level(1, Name = "Mid", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 9, LeafWhenValue = 0)]
[Level(2, Name = "High", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 9, LeafWhenValue = 0, Requires = "1g")]
[Present(Mask = 1, Value = 1)]
[Address(43, 12)]
[Perm(Right.Read, Bit = 1, Polarity = Polarity.Deny)]
[Perm(Right.Write, Bit = 2)]
[Perm(Right.Execute, Bit = 63, Polarity = Polarity.Deny, Combine = Combine.OrDown)]
[Accessed(5), Dirty(6)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFF000), MustBeZero(2, EntryKinds.Table, 1 << 8)]
[TableValue(0x201)]
public partial struct Test39;

/// <summary>A 16 KiB granule with 2048 items a table, sign-extended; two bits make an entry present; one right is denied by any level.</summary>
[PageTableFormat("test-16k", Granule = 14, IaRule = IaRule.SignExtend, IaBits = 47, OaBitsMax = 48)]
[Level(0, Shift = 14, Bits = 11)]
[Level(1, Shift = 25, Bits = 11, CanTable = true, LeafWhenMask = 3 << 1, LeafWhenValue = 1 << 1)]
[Level(2, Shift = 36, Bits = 11, CanTable = true, LeafWhenMask = 3 << 1, LeafWhenValue = 1 << 1)]
[Present(Mask = 0x9, Value = 0x9)]
[Address(47, 14)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 6, Polarity = Polarity.Deny, Combine = Combine.OrDown)]
[Perm(Right.User, Bit = 7, Combine = Combine.AndDown)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FFC000), MustBeZero(2, EntryKinds.Leaf, 0xFFFFFC000)]
[TableValue(0x8D)]
public partial struct Test16K;

/// <summary>The whole 64-bit space with 64 KiB tables; the bits that make an entry present are the leaf's permissions.</summary>
[PageTableFormat("test-64", OaBitsMax = 52)]
[Level(0, Shift = 12, Bits = 13)]
[Level(1, Shift = 25, Bits = 13, CanTable = true, LeafWhenMask = 1 << 8, LeafWhenValue = 1 << 8)]
[Level(2, Shift = 38, Bits = 13, CanTable = true, LeafWhenMask = 1 << 8, LeafWhenValue = 1 << 8)]
[Level(3, Shift = 51, Bits = 13, CanTable = true)]
[Present(AnyOf = 3)]
[Address(51, 12)]
[Perm(Right.Read, Bit = 0), Perm(Right.Write, Bit = 1)]
[Accessed(10), Dirty(11)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FFF000), MustBeZero(2, EntryKinds.Leaf, 0x3F_FFFF_F000), MustBeZero(3, EntryKinds.Table, 1 << 8)]
[TableValue(0x3)]
public partial struct Test64;

/// <summary>
/// Entries of 4 bytes whose address is moved down, so that they name more than 32 bits; three odd widths, tables much smaller than a page, a right that any
/// level denies, and 8 items that may be one leaf.
/// </summary>
[PageTableFormat("test-32", EntryBytes = 4, OaBitsMax = 36)]
[Level(0, Name = "Small", Shift = 12, Bits = 7)]
[Level(1, Name = "Large", Shift = 19, Bits = 5, CanTable = true, LeafWhenMask = 1 << 3, LeafWhenValue = 1 << 3)]
[Level(2, Name = "Head", Shift = 24, Bits = 8, CanTable = true)]
[Present(Mask = 1, Value = 1)]
[Address(31, 8, AddressLo = 12)]
[Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Polarity = Polarity.Deny, Combine = Combine.OrDown), Perm(Right.Execute, Bit = 2)]
[Accessed(4), Dirty(5)]
[SoftwareBits(EntryKinds.Any, 1 << 6)]
[Contiguity(0, ContiguityKind.HintBit, Flag = 1 << 7, MinLg2 = 3, MaxLg2 = 3)]
[MustBeZero(0, EntryKinds.Leaf, 1 << 3), MustBeZero(1, EntryKinds.Leaf, 0x7F80), MustBeZero(1, EntryKinds.Table, 0xB4), MustBeZero(2, EntryKinds.Table, 0xBC)]
[TableValue(0x1)]
public partial struct Test32;

/// <summary>Declared as a user would: a field that moves between levels, a right of several values, and a dirty bit that is no right.</summary>
[PageTableFormat("test-moved", IaBits = 39, OaBitsMax = 48)]
[Level(0, Name = "Fine", Shift = 12, Bits = 9)]
[Level(1, Name = "Medium", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 9, LeafWhenValue = 0)]
[Level(2, Name = "Coarse", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 9, LeafWhenValue = 0)]
[Present(Mask = 1, Value = 1)]
[Address(47, 12)]
[Perm(Right.Read, Hi = 3, Lo = 2, In = 0b1110), Perm(Right.Write, Hi = 3, Lo = 2, In = 0b1000)]
[Accessed(5), Dirty(6)]
[Field("Kind", 9, 8, ToLevel = 0), Field("Kind", 11, 10, FromLevel = 1)]
[SoftwareBits(EntryKinds.Leaf, 0x00F0_0000_0000_0000)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFF000)]
[TableValue(0x201)]
public partial struct TestMoved;

/// <summary>As little as a format can be: one table, one right, neither protected, split nor harvested.</summary>
[PageTableFormat("test-flat", OaBitsMax = 36, Operations = Operations.Runs | Operations.Map)]
[Level(0, Shift = 12, Bits = 10)]
[Present(Mask = 1, Value = 1), Address(35, 12), Perm(Right.Read, ImpliedByPresent = true), TableValue(1)]
public partial struct TestFlat;

/// <summary>Two levels that cover 1 GiB, protected, but neither split nor harvested nor read in runs.</summary>
[PageTableFormat("test-30", IaBits = 30, OaBitsMax = 40, Operations = Operations.Protect)]
[Level(0, Shift = 12, Bits = 9)]
[Level(1, Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Present(Mask = 1, Value = 1), Address(39, 12)]
[Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF000), TableValue(3)]
public partial struct Test30;

/// <summary>Walked only.</summary>
[PageTableFormat("test-read", Operations = Operations.Walk, OaBitsMax = 48)]
[Level(0, Shift = 12, Bits = 9)]
[Level(1, Shift = 21, Bits = 9, CanTable = true)]
[Level(2, Shift = 30, Bits = 9, CanTable = true)]
[Present(Mask = 3, Value = 1), Address(47, 12), Perm(Right.Read, ImpliedByPresent = true), TableValue(1)]
public partial struct TestRead;

/// <summary>Entries of 4 bytes: a field that moves between levels, 4 items that may be one leaf, and levels of odd widths.</summary>
[PageTableFormat("test-narrow", EntryBytes = 4, OaBitsMax = 32)]
[Level(0, Name = "Fine", Shift = 12, Bits = 7)]
[Level(1, Name = "Medium", Shift = 19, Bits = 5, CanTable = true, LeafWhenMask = 1 << 1, LeafWhenValue = 0)]
[Level(2, Name = "Coarse", Shift = 24, Bits = 8, CanTable = true, LeafWhenMask = 1 << 1, LeafWhenValue = 0)]
[Present(Mask = 1, Value = 1)]
[Address(31, 12)]
[Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 2, Polarity = Polarity.Deny), Perm(Right.Execute, Bit = 3)]
[Accessed(4), Dirty(5)]
[Field("Kind", 8, 7, ToLevel = 0), Field("Kind", 10, 9, FromLevel = 1)]
[SoftwareBits(EntryKinds.Leaf, 1 << 11)]
[Contiguity(0, ContiguityKind.HintBit, Flag = 1 << 6, MinLg2 = 2, MaxLg2 = 2)]
[MustBeZero(1, EntryKinds.Leaf, 0x7F000), MustBeZero(2, EntryKinds.Leaf, 0xFFF000)]
[TableValue(0x3)]
public partial struct TestNarrow;

/// <summary>Last tables as large as they may be: 131072 items, 1 MiB. Apart from the generic fixtures, because everything about it is large.</summary>
[PageTableFormat("test-wide")]
[Level(0, Shift = 12, Bits = 17)]
[Level(1, Shift = 29, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Present(Mask = 1, Value = 1)]
[Address(51, 12)]
[Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[TableValue(0x3)]
public partial struct TestWide;

/// <summary>A pin loop whose destination is narrower than its source, in a project of the user.</summary>
[BatchPin(typeof(X64L4), typeof(Test39))]
public partial struct X64L4ToTest39;

/// <summary>A pin loop from larger pages into smaller ones.</summary>
[BatchPin(typeof(Test16K), typeof(Test64))]
public partial struct Test16KToTest64;

/// <summary>The formats that generic fixtures run for: all of several levels that can be mapped and read in runs.</summary>
internal sealed class EachFormat : IEnumerable
{
    public IEnumerator GetEnumerator() => Declared.All.Where(format => Declared.FactsOf(format).TopLevel > 0 && typeof(IRunFormat).IsAssignableFrom(format) && typeof(IMapFormat).IsAssignableFrom(format))
        .Select(format => new TestFixtureData { TypeArgs = [format] }).GetEnumerator();
}
