namespace Fast.PageTables;

/// <summary>A test on an entry: all of <see cref="Mask"/> equals <see cref="Value"/>, and any bit of <see cref="AnyOf"/> is set, where given.</summary>
/// <param name="Mask">Bits compared with <paramref name="Value"/>.</param>
/// <param name="Value">What they must be.</param>
/// <param name="AnyOf">Bits of which one must be set; 0 when not used.</param>
public readonly record struct BitMatch(ulong Mask, ulong Value, ulong AnyOf)
{
    /// <summary>Whether <paramref name="raw"/> passes.</summary>
    public bool Holds(ulong raw) => (raw & Mask) == Value && (AnyOf == 0 || (raw & AnyOf) != 0);
}

/// <summary>Bits hi..lo of an entry.</summary>
/// <param name="Hi">Highest bit.</param>
/// <param name="Lo">Lowest bit.</param>
public readonly record struct BitField(int Hi, int Lo)
{
    /// <summary>Whether there is such a field.</summary>
    public bool Exists => Hi != 0;

    /// <summary>Its bits in an entry.</summary>
    public ulong Mask => (Hi == 63 ? ulong.MaxValue : (1UL << (Hi + 1)) - 1) & ~((1UL << Lo) - 1);

    /// <summary>Its value in <paramref name="raw"/>.</summary>
    public ulong Of(ulong raw) => (raw & Mask) >> Lo;

    /// <summary>Whether any of its bits is set in <paramref name="raw"/>.</summary>
    public bool Holds(ulong raw) => (raw & Mask) != 0;
}

/// <summary>A stretch of the output address in an entry.</summary>
/// <param name="Field">Where it stands.</param>
/// <param name="AddressLo">Address bit that stands at its lowest bit.</param>
public readonly record struct AddressSegment(BitField Field, int AddressLo)
{
    /// <summary>Its address bits.</summary>
    public ulong Address(ulong raw) => Field.Of(raw) << AddressLo;

    /// <summary>Its entry bits for an address.</summary>
    public ulong Entry(ulong address) => (address >> AddressLo << Field.Lo) & Field.Mask;
}

/// <summary>How several items of a level may form one leaf.</summary>
/// <param name="Kind">How the items say so.</param>
/// <param name="Flag">The bit that marks such an item.</param>
/// <param name="MinLg2">log2 of the fewest items.</param>
/// <param name="MaxLg2">log2 of the most items; 0 when the level has no such leaves.</param>
/// <param name="ExceptShift">log2 of a size in bytes that is not to be written, or 0.</param>
public readonly record struct ContiguityFacts(ContiguityKind Kind, ulong Flag, int MinLg2, int MaxLg2, int ExceptShift)
{
    /// <summary>Whether the level has such leaves.</summary>
    public bool Exists => MaxLg2 != 0;

    /// <summary>log2 of the sizes of such leaves at a level whose items map 2^<paramref name="itemShift"/>.</summary>
    public IEnumerable<int> Shifts(int itemShift)
    {
        for (var lg2 = MinLg2; lg2 <= MaxLg2 && lg2 > 0; lg2++)
        {
            if (itemShift + lg2 != ExceptShift) yield return itemShift + lg2;
        }
    }
}

/// <summary>Bits that must be zero where a feature is missing.</summary>
/// <param name="Level">The level.</param>
/// <param name="InLeaf">In leaves; otherwise in entries that point to tables.</param>
/// <param name="Mask">The bits.</param>
/// <param name="Unless">The feature.</param>
public sealed record ReservedFacts(int Level, bool InLeaf, ulong Mask, string Unless);

/// <summary>A combination of bits that is refused.</summary>
/// <param name="Mask">The bits.</param>
/// <param name="Value">What they may not be.</param>
/// <param name="Fault">What a walk reports.</param>
/// <param name="Kinds">In which kinds of entry.</param>
/// <param name="FromLevel">Lowest level.</param>
/// <param name="ToLevel">Highest level.</param>
/// <param name="Unless">Feature that makes it legal, or <see langword="null"/>.</param>
public sealed record ForbiddenFacts(ulong Mask, ulong Value, WalkStatus Fault, EntryKinds Kinds, int FromLevel, int ToLevel, string? Unless);

/// <summary>A named field.</summary>
/// <param name="Name">The manual's name.</param>
/// <param name="Field">Where it stands.</param>
/// <param name="Kinds">In which kinds of entry.</param>
/// <param name="FromLevel">Lowest level that has it there.</param>
/// <param name="ToLevel">Highest level that has it there.</param>
public sealed record FieldFacts(string Name, BitField Field, EntryKinds Kinds, int FromLevel, int ToLevel);

/// <summary>How hardware says that it wrote through a leaf.</summary>
/// <param name="Mask">The bit; 0 when it does not say.</param>
/// <param name="Modifier">Bit that must be set for the other to mean anything, or 0.</param>
/// <param name="WhenClear">Whether a clear bit means dirty.</param>
/// <param name="Saved">Software bit that keeps "dirty" of a leaf without the modifier, or 0.</param>
public readonly record struct DirtyFacts(ulong Mask, ulong Modifier, bool WhenClear, ulong Saved = 0)
{
    /// <summary>Whether hardware says it at all.</summary>
    public bool Exists => Mask != 0;

    /// <summary>Whether a leaf is dirty.</summary>
    public bool Holds(ulong raw) => Mask != 0 && (((raw & Modifier) == Modifier && (raw & Mask) != 0 != WhenClear) || (raw & Saved) != 0);
}

/// <summary>Facts of one permission.</summary>
/// <param name="Right">What it permits.</param>
/// <param name="Field">The bits that decide; unused when implied.</param>
/// <param name="Granting">The values that grant: bit n for value n.</param>
/// <param name="Implied">Presence grants it.</param>
/// <param name="Kinds">In which kinds of entry the bits stand.</param>
/// <param name="FromLevel">Lowest level that has them.</param>
/// <param name="ToLevel">Highest level that has them.</param>
/// <param name="UnlessMask">Bit that grants although the field denies, or 0.</param>
/// <param name="UnlessRequires">Feature without which that bit means nothing.</param>
/// <param name="Requires">Feature without which the bits must be zero, or <see langword="null"/>.</param>
public sealed record RightFacts(
    Permissions Right,
    BitField Field,
    ulong Granting,
    bool Implied,
    EntryKinds Kinds,
    int FromLevel,
    int ToLevel,
    ulong UnlessMask = 0,
    string? UnlessRequires = null,
    string? Requires = null);
