using System.Collections;

namespace Fast.PageTables.Tests.Changes;

/// <summary>Every declared format that has all operations.</summary>
internal sealed class EveryFormat : IEnumerable
{
    private static readonly Type[] Needed = [typeof(IRunFormat), typeof(IProtectFormat), typeof(ISplitFormat), typeof(IAccessedFormat), typeof(IDirtyFormat)];

    public IEnumerator GetEnumerator() => typeof(X64L4).Assembly.GetTypes().Concat(typeof(EveryFormat).Assembly.GetTypes())
        .Where(type => type.IsValueType && Needed.All(need => need.IsAssignableFrom(type)))
        .OrderBy(type => type.Name, StringComparer.Ordinal)
        .Select(type => new TestFixtureData { TypeArgs = [type] })
        .GetEnumerator();
}

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
