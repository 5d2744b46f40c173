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
    bool DynamicTop,
    int FirstTop,
    string KindFault,
    string ReservedFault,
    FormatOperations Operations,
    MatchSpec Present,
    FieldBits? NextLevel,
    ulong Accessed,
    DirtySpec? Dirty,
    ulong SoftwareInLeaf,
    EquatableArray<SegmentSpec> Segments,
    EquatableArray<LevelSpec> Levels,
    EquatableArray<RightSpec> Rights,
    EquatableArray<ForbiddenSpec> Forbidden,
    EquatableArray<ReservedSpec> Reserved,
    EquatableArray<FieldSpec> Fields,
    EquatableArray<string> Features)
{
    /// <summary>Software's bits of an entry that points to a table. Nothing is emitted for them, nor for <see cref="Ignored"/>: they are declared so that no bit is forgotten.</summary>
    public ulong SoftwareInTable { get; init; }

    /// <summary>Bits that hardware ignores.</summary>
    public EquatableArray<IgnoredSpec> Ignored { get; init; }

    /// <summary>The format's own code, when it has any.</summary>
    public HatchSpec? Hatch { get; init; }

    public int Top => Levels.Count - 1;

    /// <summary>Whether one address field suffices: then neighbours differ by a constant, without exception.</summary>
    public bool IsLinear => Segments.Count == 1;

    /// <summary>Whether the address stands where it is in the address itself.</summary>
    public bool IsInPlace => IsLinear && Segments[0].EntryLo == Segments[0].AddressLo;

    /// <summary>All address bits of an entry.</summary>
    public ulong AddressMask => Segments.Aggregate(0UL, (mask, segment) => mask | segment.Mask);

    /// <summary>Bits that decide what a leaf allows.</summary>
    public ulong LeafRights => Rights.Where(right => right.InLeaf).Aggregate(0UL, (mask, right) => mask | right.Mask | right.UnlessMask);

    /// <summary>Whether permissions depend on the entries above a leaf.</summary>
    public bool AccumulatesRights => Rights.Any(right => right.InTable && !right.Implied);

    public bool Has(FormatOperations operation) => (Operations & operation) == operation;

    /// <summary>The address bits of a leaf at <paramref name="level"/>: the fields without what lies below the leaf's size.</summary>
    public ulong LeafAddressMask(LevelSpec level) => Segments.Aggregate(0UL, (mask, segment) => mask | segment.MaskFrom(level.Shift));

    /// <summary>What the address bits of an item grow by from one contiguous item to the next.</summary>
    public ulong Step(LevelSpec level)
    {
        var segment = Segments.First(s => level.Shift >= s.AddressLo && level.Shift < s.AddressLo + s.Width);
        return 1UL << (level.Shift - segment.AddressLo + segment.EntryLo);
    }

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
    Protect = 13,
    Split = 21,
    Harvest = 37,
    All = 63,
}

internal sealed record LevelSpec(
    int Level,
    string Name,
    int Shift,
    int Bits,
    bool CanTable,
    bool CanLeaf,
    MatchSpec LeafWhen,
    MatchSpec TableWhen,
    ulong LeafValue,
    ulong TableValue,
    string? Requires,
    ContiguitySpec? Contiguity)
{
    public ulong OffsetMask => (1UL << Shift) - 1;

    public ulong IndexMask => (1UL << Bits) - 1;

    public int Items => 1 << Bits;
}
