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
/// Where output-address bits stand in an entry: bits <see cref="EntryHi"/>..<see cref="EntryLo"/> hold the address from bit
/// <see cref="AddressLo"/> on. Several segments together make the address. The bits below a leaf's size are not address bits of it.
/// </summary>
/// <example><c>[Address(51, 12)]</c>; <c>[Address(53, 10, AddressLo = 12)]</c> (RISC-V); <c>[Address(47, 16), Address(15, 12, AddressLo = 48)]</c> (Arm LPA).</example>
/// <param name="entryHi">Highest bit of the field.</param>
/// <param name="entryLo">Lowest bit of the field.</param>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class AddressAttribute(int entryHi, int entryLo) : Attribute
{
    /// <summary>Highest bit of the field.</summary>
    public int EntryHi { get; } = entryHi;

    /// <summary>Lowest bit of the field.</summary>
    public int EntryLo { get; } = entryLo;

    /// <summary>Address bit that stands at <see cref="EntryLo"/>. Default: the same.</summary>
    public int AddressLo { get; set; } = -1;
}

/// <summary>Bits that hardware demands to be zero; a set one is a fault, not a translation.</summary>
/// <param name="level">The level it holds for.</param>
/// <param name="kind">Leaves or tables.</param>
/// <param name="mask">The bits.</param>
/// <example><c>[MustBeZero(3, EntryKinds.Table, 1 &lt;&lt; 7)]</c> (x86-64: no leaf in a PML4E).</example>
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

/// <summary>A combination of bits that hardware refuses in a present entry.</summary>
/// <param name="mask">The bits that are looked at.</param>
/// <param name="value">What they may not be.</param>
/// <param name="fault">What a walk reports.</param>
/// <example><c>[Forbidden(7, 2, WalkStatus.Misconfigured)]</c> (EPT: write without read).</example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class ForbiddenAttribute(ulong mask, ulong value, WalkStatus fault) : Attribute
{
    /// <summary>The bits that are looked at.</summary>
    public ulong Mask { get; } = mask;

    /// <summary>What they may not be.</summary>
    public ulong Value { get; } = value;

    /// <summary>What a walk reports.</summary>
    public WalkStatus Fault { get; } = fault;

    /// <summary>In which kinds of entry.</summary>
    public EntryKinds Kind { get; set; } = EntryKinds.Any;

    /// <summary>Lowest level.</summary>
    public int FromLevel { get; set; }

    /// <summary>Highest level.</summary>
    public int ToLevel { get; set; } = int.MaxValue;

    /// <summary>Name of a feature that makes the combination legal, for example <c>xo</c>.</summary>
    public string? Unless { get; set; }
}

/// <summary>A named field of an entry that the engine carries but does not interpret: memory type, snoop control, global.</summary>
/// <param name="name">Its name in the manual.</param>
/// <param name="hi">Highest bit.</param>
/// <param name="lo">Lowest bit.</param>
/// <example><c>[Field("PAT", 7, 7, ToLevel = 0), Field("PAT", 12, 12, FromLevel = 1, ToLevel = 2)]</c></example>
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

/// <summary>Bits that hardware ignores and software may use.</summary>
/// <param name="kind">In which kinds of entry.</param>
/// <param name="mask">The bits.</param>
/// <example><c>[SoftwareBits(EntryKinds.Any, 0xE00)]</c></example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class SoftwareBitsAttribute(EntryKinds kind, ulong mask) : Attribute
{
    /// <summary>In which kinds of entry.</summary>
    public EntryKinds Kind { get; } = kind;

    /// <summary>The bits.</summary>
    public ulong Mask { get; } = mask;
}

/// <summary>
/// Bits that hardware ignores and that the engine leaves zero. With them every bit of an entry is accounted for: each is address, presence, kind, right, note,
/// field, software's, ignored, or must be zero.
/// </summary>
/// <param name="kind">In which kinds of entry.</param>
/// <param name="mask">The bits.</param>
/// <example><c>[Ignored(EntryKinds.Table, 0x700, FromLevel = 1)]</c></example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class IgnoredAttribute(EntryKinds kind, ulong mask) : Attribute
{
    /// <summary>In which kinds of entry.</summary>
    public EntryKinds Kind { get; } = kind;

    /// <summary>The bits.</summary>
    public ulong Mask { get; } = mask;

    /// <summary>Lowest level.</summary>
    public int FromLevel { get; set; }

    /// <summary>Highest level.</summary>
    public int ToLevel { get; set; } = int.MaxValue;
}

/// <summary>The constant part of an entry that points to a table: what is set beside the address.</summary>
/// <param name="value">The bits.</param>
/// <example><c>[TableValue(0x67)]</c></example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class TableValueAttribute(ulong value) : Attribute
{
    /// <summary>The bits.</summary>
    public ulong Value { get; } = value;

    /// <summary>Lowest level of the entry.</summary>
    public int FromLevel { get; set; }

    /// <summary>Highest level of the entry.</summary>
    public int ToLevel { get; set; } = int.MaxValue;
}

/// <summary>
/// The constant part of a leaf: what is set beside address, permissions, presence and what makes it a leaf. Memory type, accessed flag, a
/// user bit that hardware demands.
/// </summary>
/// <param name="value">The bits.</param>
/// <example><c>[LeafValue(0x30)]</c> (EPT: memory type write-back)</example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class LeafValueAttribute(ulong value) : Attribute
{
    /// <summary>The bits.</summary>
    public ulong Value { get; } = value;

    /// <summary>Lowest level of the leaf.</summary>
    public int FromLevel { get; set; }

    /// <summary>Highest level of the leaf.</summary>
    public int ToLevel { get; set; } = int.MaxValue;
}

/// <summary>Something that an implementation may lack, and that changes what an entry may contain.</summary>
/// <param name="name">Short name, used by <c>Requires</c> and <c>Unless</c>.</param>
/// <example><c>[Feature("gb")]</c></example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class FeatureAttribute(string name) : Attribute
{
    /// <summary>Short name.</summary>
    public string Name { get; } = name;
}
