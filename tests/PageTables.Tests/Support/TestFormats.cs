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

/// <summary>The formats that every generic fixture runs for: all that the library declares, and those of this project.</summary>
internal sealed class EachFormat : IEnumerable
{
    public static readonly Type[] All = [.. FormatProbe.All.Select(probe => probe.Type), typeof(Test39), typeof(Test16K), typeof(Test64), typeof(Test32)];

    public IEnumerator GetEnumerator() => All.Select(format => new TestFixtureData { TypeArgs = [format] }).GetEnumerator();
}
