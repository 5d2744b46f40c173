namespace Fast.PageTables;

/// <summary>When an entry is present. Either all of <see cref="Mask"/> equals <see cref="Value"/>, or any bit of <see cref="AnyOf"/> is set.</summary>
/// <example><c>[Present(Mask = 1, Value = 1)]</c> (x86-64), <c>[Present(AnyOf = 3)]</c> (VT-d second stage: R or W).</example>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class PresentAttribute : Attribute
{
    /// <summary>Bits that are compared with <see cref="Value"/>.</summary>
    public ulong Mask { get; set; }

    /// <summary>What the bits of <see cref="Mask"/> must be.</summary>
    public ulong Value { get; set; }

    /// <summary>Bits of which one must be set.</summary>
    public ulong AnyOf { get; set; }
}

/// <summary>
/// Where the output address stands in an entry: bits <see cref="EntryHi"/>..<see cref="EntryLo"/>. The bits below the leaf's size are not address
/// bits of a large leaf.
/// </summary>
/// <example><c>[Address(51, 12)]</c></example>
/// <param name="entryHi">Highest bit of the field.</param>
/// <param name="entryLo">Lowest bit of the field; also the lowest address bit.</param>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class AddressAttribute(int entryHi, int entryLo) : Attribute
{
    /// <summary>Highest bit of the field.</summary>
    public int EntryHi { get; } = entryHi;

    /// <summary>Lowest bit of the field.</summary>
    public int EntryLo { get; } = entryLo;
}

/// <summary>One permission bit.</summary>
/// <example><c>[Perm(Right.Execute, Bit = 63, Polarity = Polarity.Deny, Combine = Combine.OrDown)]</c> (x86-64 XD).</example>
/// <param name="right">What it permits.</param>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class PermAttribute(Right right) : Attribute
{
    /// <summary>What it permits.</summary>
    public Right Right { get; } = right;

    /// <summary>The bit; not given when <see cref="ImpliedByPresent"/>.</summary>
    public int Bit { get; set; } = -1;

    /// <summary>Whether the bit, set, allows or denies.</summary>
    public Polarity Polarity { get; set; } = Polarity.Allow;

    /// <summary>How the levels of a walk combine.</summary>
    public Combine Combine { get; set; } = Combine.Leaf;

    /// <summary>The right needs no bit: every present entry grants it (x86-64 read).</summary>
    public bool ImpliedByPresent { get; set; }

    /// <summary>Name of the feature without which the bit must be zero, for example <c>nxe</c>.</summary>
    public string? Requires { get; set; }
}

/// <summary>Bits that hardware demands to be zero; a set one is a reserved-bit fault, not a translation.</summary>
/// <param name="level">The level it holds for.</param>
/// <param name="kind">Leaves or tables.</param>
/// <param name="mask">The bits.</param>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class MustBeZeroAttribute(int level, EntryKinds kind, ulong mask) : Attribute
{
    /// <summary>The level.</summary>
    public int Level { get; } = level;

    /// <summary>Leaves or tables.</summary>
    public EntryKinds Kind { get; } = kind;

    /// <summary>The bits.</summary>
    public ulong Mask { get; } = mask;

    /// <summary>Name of a feature that gives the bits a meaning, so that they may be set, for example <c>sc</c>.</summary>
    public string? Unless { get; set; }
}

/// <summary>A named field of an entry that the engine carries but does not interpret: memory type, snoop control, global.</summary>
/// <param name="name">Its name in the manual.</param>
/// <param name="hi">Highest bit.</param>
/// <param name="lo">Lowest bit.</param>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class FieldAttribute(string name, int hi, int lo) : Attribute
{
    /// <summary>Its name in the manual.</summary>
    public string Name { get; } = name;

    /// <summary>Highest bit.</summary>
    public int Hi { get; } = hi;

    /// <summary>Lowest bit.</summary>
    public int Lo { get; } = lo;

    /// <summary>In which kinds of entry the field exists.</summary>
    public EntryKinds Kind { get; set; } = EntryKinds.Leaf;

    /// <summary>Lowest level that has the field in this place.</summary>
    public int FromLevel { get; set; }

    /// <summary>Highest level that has the field in this place.</summary>
    public int ToLevel { get; set; } = int.MaxValue;
}

/// <summary>The bit that hardware sets when it uses a translation.</summary>
/// <param name="bit">The bit.</param>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class AccessedAttribute(int bit) : Attribute
{
    /// <summary>The bit.</summary>
    public int Bit { get; } = bit;
}

/// <summary>The bit that hardware sets when it writes through a translation.</summary>
/// <param name="bit">The bit.</param>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class DirtyAttribute(int bit) : Attribute
{
    /// <summary>The bit.</summary>
    public int Bit { get; } = bit;
}

/// <summary>Bits that hardware ignores and software may use.</summary>
/// <param name="kind">In which kinds of entry.</param>
/// <param name="mask">The bits.</param>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class SoftwareBitsAttribute(EntryKinds kind, ulong mask) : Attribute
{
    /// <summary>In which kinds of entry.</summary>
    public EntryKinds Kind { get; } = kind;

    /// <summary>The bits.</summary>
    public ulong Mask { get; } = mask;
}

/// <summary>The constant part of an entry that points to a table: what is set beside the address.</summary>
/// <param name="value">The bits.</param>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class TableValueAttribute(ulong value) : Attribute
{
    /// <summary>The bits.</summary>
    public ulong Value { get; } = value;
}

/// <summary>Something that an implementation may lack, and that changes what an entry may contain.</summary>
/// <param name="name">Short name, used by <c>Requires</c> and <c>Unless</c>.</param>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class FeatureAttribute(string name) : Attribute
{
    /// <summary>Short name.</summary>
    public string Name { get; } = name;
}
