using System.Collections.Immutable;

namespace Fast.PageTables;

/// <summary>
/// A declared format as a value: the same facts that the emitted code has as constants. For the reference implementations, for tools and tests.
/// </summary>
/// <param name="Name">The id.</param>
/// <param name="EntryBytes">Bytes of one entry.</param>
/// <param name="SignExtends">Whether input-address bits above <paramref name="InputBits"/> repeat the highest translated bit; otherwise they are zero.</param>
/// <param name="InputBits">Width of the input address.</param>
/// <param name="OutputBits">Widest output address.</param>
/// <param name="Present">When an entry is present.</param>
/// <param name="AddressMask">The address field of an entry at level 0; it stands in place.</param>
/// <param name="TableValue">The constant part of an entry that points to a table.</param>
/// <param name="Levels">Facts of each level; index 0 is the last table.</param>
/// <param name="Rights">Facts of each permission.</param>
/// <param name="AccessedMask">The accessed bit, or 0.</param>
/// <param name="DirtyMask">The dirty bit, or 0.</param>
/// <param name="ConditionalReserved">Bits that must be zero where a feature is missing.</param>
/// <param name="Features">Names of the features that the declaration knows.</param>
public sealed record FormatFacts(
    string Name,
    int EntryBytes,
    bool SignExtends,
    int InputBits,
    int OutputBits,
    PresentFacts Present,
    ulong AddressMask,
    ulong TableValue,
    ImmutableArray<LevelFacts> Levels,
    ImmutableArray<RightFacts> Rights,
    ulong AccessedMask,
    ulong DirtyMask,
    ImmutableArray<ReservedFacts> ConditionalReserved,
    ImmutableArray<string> Features)
{
    /// <summary>The root's level.</summary>
    public int TopLevel => Levels.Length - 1;

    /// <summary>Sizes of leaves that the format can hold, smallest first.</summary>
    public IEnumerable<PageSize> LeafSizes => Levels.Where(level => level.CanLeaf).Select(level => new PageSize(level.Shift));

    /// <summary>Whether the bits of <paramref name="input"/> above the translated ones are what they must be.</summary>
    public bool IsInputValid(Iova input)
    {
        if (InputBits == 64) return true;
        var spare = 64 - InputBits;
        var extended = SignExtends ? (ulong)((long)(input.Value << spare) >> spare) : input.Value << spare >> spare;
        return extended == input.Value;
    }

    /// <summary>
    /// The first stretch of valid input addresses in [<paramref name="start"/>, <paramref name="end"/>], widened to whole pages. When there is none,
    /// <paramref name="last"/> is still where to go on from.
    /// </summary>
    internal bool TryClip(Iova start, Iova end, out ulong first, out ulong last)
    {
        var page = (1UL << Levels[0].Shift) - 1;
        first = start.Value & ~page;
        last = end.Value | page;
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

/// <summary>When an entry is present.</summary>
/// <param name="Mask">Bits compared with <paramref name="Value"/>.</param>
/// <param name="Value">What they must be.</param>
/// <param name="AnyOf">Bits of which one must be set; 0 when not used.</param>
public readonly record struct PresentFacts(ulong Mask, ulong Value, ulong AnyOf)
{
    /// <summary>Whether <paramref name="raw"/> is present.</summary>
    public bool Holds(ulong raw) => (raw & Mask) == Value && (AnyOf == 0 || (raw & AnyOf) != 0);
}

/// <summary>Facts of one level.</summary>
/// <param name="Name">The manual's name of an entry.</param>
/// <param name="Shift">log2 of what one item maps.</param>
/// <param name="Bits">Width of the index.</param>
/// <param name="TableBytes">Size of the table in bytes.</param>
/// <param name="CanTable">Whether an entry may point to a table.</param>
/// <param name="CanLeaf">Whether an entry may be a leaf.</param>
/// <param name="LeafMask">Bits compared with <paramref name="LeafValue"/> to tell a leaf; 0 at level 0.</param>
/// <param name="LeafValue">What they are in a leaf.</param>
/// <param name="LeafAddressMask">The address field of a leaf.</param>
/// <param name="ReservedInLeaf">Bits that must be zero in a leaf.</param>
/// <param name="ReservedInTable">Bits that must be zero in an entry that points to a table.</param>
/// <param name="LeafRequires">Feature without which there are no leaves here, or <see langword="null"/>.</param>
public sealed record LevelFacts(
    string Name,
    int Shift,
    int Bits,
    int TableBytes,
    bool CanTable,
    bool CanLeaf,
    ulong LeafMask,
    ulong LeafValue,
    ulong LeafAddressMask,
    ulong ReservedInLeaf,
    ulong ReservedInTable,
    string? LeafRequires);

/// <summary>Facts of one permission.</summary>
/// <param name="Right">What it permits.</param>
/// <param name="Mask">Its bit; 0 when presence implies it.</param>
/// <param name="Denies">Whether the bit denies.</param>
/// <param name="Combines">Whether all levels count, not only the leaf.</param>
/// <param name="Requires">Feature without which the bit must be zero, or <see langword="null"/>.</param>
public sealed record RightFacts(Permissions Right, ulong Mask, bool Denies, bool Combines, string? Requires);

/// <summary>Bits that must be zero where a feature is missing.</summary>
/// <param name="Level">The level.</param>
/// <param name="InLeaf">In leaves; otherwise in entries that point to tables.</param>
/// <param name="Mask">The bits.</param>
/// <param name="Unless">The feature.</param>
public sealed record ReservedFacts(int Level, bool InLeaf, ulong Mask, string Unless);
