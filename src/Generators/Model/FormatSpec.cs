namespace Fast.Generators.Model;

/// <summary>A declared format, as values. All masks are whole-entry masks.</summary>
internal sealed record FormatSpec(
    HierarchySpec Type,
    string Name,
    int EntryBytes,
    int Granule,
    bool SignExtends,
    int IaBits,
    int OaBitsMax,
    FormatOperations Operations,
    PresentSpec Present,
    int AddressHi,
    int AddressLo,
    ulong TableValue,
    EquatableArray<LevelSpec> Levels,
    EquatableArray<RightSpec> Rights,
    ulong Accessed,
    ulong Dirty,
    EquatableArray<string> Features,
    EquatableArray<FieldSpec> Fields,
    EquatableArray<ReservedSpec> Reserved)
{
    public int Top => Levels.Count - 1;

    /// <summary>The address field of an entry at level 0.</summary>
    public ulong AddressMask => Bits(AddressHi, AddressLo);

    public bool Has(FormatOperations operation) => (Operations & operation) == operation;

    /// <summary>Bits hi..lo.</summary>
    public static ulong Bits(int hi, int lo) => (hi == 63 ? ulong.MaxValue : (1UL << (hi + 1)) - 1) & ~((1UL << lo) - 1);

    /// <summary>The address field of a leaf at <paramref name="level"/>: the field without what lies below the leaf's size.</summary>
    public ulong LeafAddressMask(LevelSpec level) => AddressMask & ~((1UL << level.Shift) - 1);

    /// <summary>Bits that must be zero whatever the implementation has, in an entry of one kind.</summary>
    public ulong ReservedMask(int level, bool leaf) => Reserved
        .Where(reserved => reserved.Level == level && reserved.Leaf == leaf && reserved.Unless == null)
        .Aggregate(0UL, (mask, reserved) => mask | reserved.Mask);
}

/// <summary>Mirror of the library's <c>Operations</c>: the generator knows the library by name only.</summary>
[Flags]
internal enum FormatOperations
{
    None = 0,
    Walk = 1,
    Runs = 3,
    Map = 5,
    All = 7,
}

internal sealed record PresentSpec(ulong Mask, ulong Value, ulong AnyOf);

internal sealed record LevelSpec(
    int Level, string Name, int Shift, int Bits, bool CanTable, bool CanLeaf, ulong LeafMask, ulong LeafValue, string? Requires)
{
    public ulong OffsetMask => (1UL << Shift) - 1;

    public ulong IndexMask => (1UL << Bits) - 1;
}

internal sealed record RightSpec(string Right, int Bit, bool Denies, bool Combines, bool Implied, string? Requires)
{
    public ulong Mask => Implied ? 0 : 1UL << Bit;
}

internal sealed record FieldSpec(string Name, int Hi, int Lo, string Kind, int FromLevel, int ToLevel);

internal sealed record ReservedSpec(int Level, bool Leaf, ulong Mask, string? Unless);
