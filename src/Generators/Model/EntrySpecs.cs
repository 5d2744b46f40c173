namespace Fast.Generators.Model;

/// <summary>A test on an entry; empty: always true.</summary>
internal sealed record MatchSpec(ulong Mask, ulong Value, ulong AnyOf)
{
    public static MatchSpec Always { get; } = new(0, 0, 0);

    public bool IsAlways => Mask == 0 && AnyOf == 0;

    public ulong Bits => Mask | AnyOf;

    public bool Holds(ulong raw) => (raw & Mask) == Value && (AnyOf == 0 || (raw & AnyOf) != 0);
}

internal sealed record FieldBits(int Hi, int Lo)
{
    public ulong Mask => (Hi == 63 ? ulong.MaxValue : (1UL << (Hi + 1)) - 1) & ~((1UL << Lo) - 1);

    public ulong ValueMask => Mask >> Lo;
}

/// <summary>Address bits from <paramref name="AddressLo"/> on, at entry bits Hi..Lo.</summary>
internal sealed record SegmentSpec(int EntryHi, int EntryLo, int AddressLo)
{
    public int Width => EntryHi - EntryLo + 1;

    public ulong Mask => new FieldBits(EntryHi, EntryLo).Mask;

    /// <summary>Entry bits of the address bits from <paramref name="shift"/> upwards.</summary>
    public ulong MaskFrom(int shift)
    {
        var lo = EntryLo + Math.Max(0, shift - AddressLo);
        return lo > EntryHi ? 0 : new FieldBits(EntryHi, lo).Mask;
    }
}

/// <summary>One declaration of a right; all of one right must grant.</summary>
internal sealed record RightSpec(
    string Right, FieldBits Field, ulong Granting, bool Implied, bool InLeaf, bool InTable, int FromLevel, int ToLevel, ulong UnlessMask, string? UnlessRequires, string? Requires)
{
    public bool IsBit => Field.Hi == Field.Lo;

    public bool Denies => IsBit && Granting == 1;

    public ulong Mask => Implied ? 0 : Field.Mask;

    /// <summary>Its bit in <c>Permissions</c>.</summary>
    public int Target => Right switch { "Read" => 0, "Write" => 1, "Execute" => 2, "User" => 3, _ => 4 };

    public bool AppliesTo(int level) => level >= FromLevel && level <= ToLevel;
}

internal sealed record ContiguitySpec(ContiguityForm Form, ulong Flag, int MinLg2, int MaxLg2, int ExceptShift)
{
    /// <summary>All items hold the same word.</summary>
    public bool Replicates => Form != ContiguityForm.HintBit;
}

/// <summary>Mirror of the library's <c>ContiguityKind</c>.</summary>
internal enum ContiguityForm
{
    HintBit,
    OnesRunInAddress,
    OneHotInAddress,
}

internal sealed record DirtySpec(ulong Mask, ulong Modifier, bool WhenClear, ulong Saved);

internal sealed record FieldSpec(string Name, int Hi, int Lo, bool InLeaf, bool InTable, int FromLevel, int ToLevel);

/// <summary>Bits that hardware ignores.</summary>
internal sealed record IgnoredSpec(bool InLeaf, bool InTable, ulong Mask, int FromLevel, int ToLevel);

internal sealed record ReservedSpec(int Level, bool Leaf, ulong Mask, string? Unless);

internal sealed record ForbiddenSpec(ulong Mask, ulong Value, string Fault, bool InLeaf, bool InTable, int FromLevel, int ToLevel, string? Unless)
{
    public bool AppliesTo(int level, bool leaf) => level >= FromLevel && level <= ToLevel && (leaf ? InLeaf : InTable) && Unless == null;
}
