using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// A declared format as a value: the same facts that the emitted code has as constants. For the reference implementations, for tools and tests.
/// </summary>
public sealed record FormatFacts
{
    private readonly ulong _pageOffset;

    /// <summary>The id.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of one entry: 4 or 8.</summary>
    public int EntryBytes { get; init; } = 8;

    /// <summary>Whether input-address bits above <see cref="InputBits"/> repeat the highest translated bit; otherwise they are zero.</summary>
    public required bool SignExtends { get; init; }

    /// <summary>Width of the input address.</summary>
    public required int InputBits { get; init; }

    /// <summary>Widest output address.</summary>
    public required int OutputBits { get; init; }

    /// <summary>Whether the root may stand lower and grow; the root word then carries its level in its low bits.</summary>
    public bool DynamicTop { get; init; }

    /// <summary>Level of a new table's root.</summary>
    public int FirstTop { get; init; }

    /// <summary>When an entry is present.</summary>
    public required BitMatch Present { get; init; }

    /// <summary>Where the output address stands.</summary>
    public required ImmutableArray<AddressSegment> Segments { get; init; }

    /// <summary>Facts of each level; index 0 is the last table.</summary>
    public required ImmutableArray<LevelFacts> Levels
    {
        get;
        init => (field, _pageOffset) = (value, (1UL << value[0].Shift) - 1);
    }

    /// <summary>The last table of larger pages to which slot 0 of a dual entry points, or <see langword="null"/>.</summary>
    public LevelFacts? BigTable { get; init; }

    /// <summary>
    /// The format's own decoding of an entry, where entries pass through code of its own: these facts alone do not decode them then. <see langword="null"/>: they do.
    /// </summary>
    public HatchedDecoder? Decoder { get; init; }

    /// <summary>Whether entries pass through the format's own code too.</summary>
    public bool IsHatched => Decoder != null;

    /// <summary>Facts of each permission; several of one right must all grant it.</summary>
    public required ImmutableArray<RightFacts> Rights { get; init; }

    /// <summary>Combinations that are refused, in the order in which they are looked for.</summary>
    public ImmutableArray<ForbiddenFacts> Forbidden { get; init; } = [];

    /// <summary>Bits that must be zero where a feature is missing.</summary>
    public ImmutableArray<ReservedFacts> ConditionalReserved { get; init; } = [];

    /// <summary>Field that holds the level of what an entry points to, or an empty one.</summary>
    public BitField NextLevel { get; init; }

    /// <summary>What a walk reports for an entry that is neither leaf nor table.</summary>
    public WalkStatus KindFault { get; init; } = WalkStatus.Reserved;

    /// <summary>What a walk reports for a bit that must be zero.</summary>
    public WalkStatus ReservedFault { get; init; } = WalkStatus.Reserved;

    /// <summary>The accessed bit, or 0.</summary>
    public ulong AccessedMask { get; init; }

    /// <summary>How hardware says that it wrote; an empty mask when it does not.</summary>
    public DirtyFacts Dirty { get; init; }

    /// <summary>Bits of a leaf that hardware ignores and software may use.</summary>
    public ulong SoftwareInLeaf { get; init; }

    /// <summary>Named fields that the engine carries.</summary>
    public ImmutableArray<FieldFacts> Fields { get; init; } = [];

    /// <summary>Names of the features that the declaration knows.</summary>
    public ImmutableArray<string> Features { get; init; } = [];

    /// <summary>The highest level.</summary>
    public int TopLevel => Levels.Length - 1;

    /// <summary>Sizes that a leaf can have, smallest first.</summary>
    public IEnumerable<PageSize> LeafSizes => Levels
        .Where(level => level.CanLeaf)
        .SelectMany(level => level.Contiguity.Shifts(level.Shift).Prepend(level.Shift))
        .Concat(BigTable is { } big ? [big.Shift] : [])
        .Order()
        .Select(shift => new PageSize(shift));

    /// <summary>Address part of a root word: without the level that a growing root carries.</summary>
    public ulong RootAddress(ulong rootWord) => DynamicTop ? rootWord & ~7UL : rootWord;

    /// <summary>Level of the root of a root word.</summary>
    public int RootLevel(ulong rootWord) => DynamicTop ? (int)(rootWord & 7) : TopLevel;

    /// <summary>Whether the bits of <paramref name="input"/> above the translated ones are what they must be.</summary>
    public bool IsInputValid(Iova input)
    {
        if (InputBits == 64) return true;
        var spare = 64 - InputBits;
        var extended = SignExtends ? (ulong)((long)(input.Value << spare) >> spare) : input.Value << spare >> spare;
        return extended == input.Value;
    }

    /// <summary>Whether a walk from a root may begin: the address is one of the format's, and a root that can grow reaches it.</summary>
    internal bool IsInputInReach(ulong rootWord, Iova input)
    {
        if (!IsInputValid(input) || RootLevel(rootWord) > TopLevel) return false;
        var root = Levels[RootLevel(rootWord)];
        return !DynamicTop || root.Shift + root.Bits >= 64 || input.Value >> (root.Shift + root.Bits) == 0;
    }

    /// <summary>
    /// The first stretch of valid input addresses in [<paramref name="start"/>, <paramref name="end"/>], widened to whole pages. When there is none,
    /// <paramref name="last"/> is still where to go on from.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryClip(Iova start, Iova end, out ulong first, out ulong last)
    {
        first = start.Value & ~_pageOffset;
        last = end.Value | _pageOffset;
        if (InputBits == 64) return true;
        var lowLast = SignExtends ? (1UL << (InputBits - 1)) - 1 : (1UL << InputBits) - 1;
        if (first <= lowLast)
        {
            last = Math.Min(last, lowLast);
            return true;
        }

        if (!SignExtends || last < ~lowLast) return false;
        first = Math.Max(first, ~lowLast);
        return true;
    }
}

/// <summary>Facts of one level.</summary>
public sealed record LevelFacts
{
    /// <summary>The manual's name of an entry.</summary>
    public required string Name { get; init; }

    /// <summary>log2 of what one item maps.</summary>
    public required int Shift { get; init; }

    /// <summary>Width of the index.</summary>
    public required int Bits { get; init; }

    /// <summary>Whether an entry may point to a table.</summary>
    public required bool CanTable { get; init; }

    /// <summary>Whether an entry may be a leaf.</summary>
    public required bool CanLeaf { get; init; }

    /// <summary>What tells a leaf; everything matches when it is empty.</summary>
    public BitMatch Leaf { get; init; }

    /// <summary>What tells a table; everything matches when it is empty.</summary>
    public BitMatch Table { get; init; }

    /// <summary>Constant bits of a leaf: what makes it one, and what the declaration adds.</summary>
    public ulong LeafValue { get; init; }

    /// <summary>Constant bits of an entry that points to a table.</summary>
    public ulong TableValue { get; init; }

    /// <summary>Bits that must be zero in a leaf.</summary>
    public ulong ReservedInLeaf { get; init; }

    /// <summary>Bits that must be zero in an entry that points to a table.</summary>
    public ulong ReservedInTable { get; init; }

    /// <summary>Feature without which there are no leaves here, or <see langword="null"/>.</summary>
    public string? LeafRequires { get; init; }

    /// <summary>Whether without that feature every entry points to a table; otherwise a leaf is refused.</summary>
    public bool TableWithout { get; init; }

    /// <summary>How several items may form one leaf.</summary>
    public ContiguityFacts Contiguity { get; init; }

    /// <summary>Bytes of a word.</summary>
    public int EntryBytes { get; init; } = 8;

    /// <summary>Words of an entry: 2 where one points to two tables.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Size of the table in bytes.</summary>
    public int TableBytes => EntryBytes * Slots << Bits;
}
