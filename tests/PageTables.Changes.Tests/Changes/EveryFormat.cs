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
