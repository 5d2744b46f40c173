namespace Fast.PageTables;

/// <summary>One level of a format. Level 0 is the last table; the highest declared level is the root.</summary>
/// <param name="level">The level.</param>
/// <example><c>[Level(1, Name = "Pmd", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 0x80, LeafWhenValue = 0x80)]</c></example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class LevelAttribute(int level) : Attribute
{
    /// <summary>The level.</summary>
    public int Level { get; } = level;

    /// <summary>The manual's name for an entry of this level, used in emitted names: <c>Pte</c>, <c>Pmd</c>. Default: <c>L0</c>, <c>L1</c>, …</summary>
    public string? Name { get; set; }

    /// <summary>Number of input-address bits below the index: log2 of what one item maps.</summary>
    public int Shift { get; set; }

    /// <summary>
    /// Width of the index in bits: the table has 2^Bits items. A root of concatenated tables (Arm stage 2, RISC-V Sv39x4) has more than the others.
    /// </summary>
    public int Bits { get; set; }

    /// <summary>Whether an entry may point to a table. Level 0 never does.</summary>
    public bool CanTable { get; set; }

    /// <summary>Whether an entry may be a leaf. Default: at level 0, and where a <c>LeafWhen</c> is given.</summary>
    public bool CanLeaf { get; set; }

    /// <summary>An entry is a leaf when <c>entry &amp; LeafWhenMask == LeafWhenValue</c>. Not given at level 0: every present entry is.</summary>
    public ulong LeafWhenMask { get; set; }

    /// <summary>See <see cref="LeafWhenMask"/>.</summary>
    public ulong LeafWhenValue { get; set; }

    /// <summary>An entry is a leaf when any of these bits is set (RISC-V: R, W or X).</summary>
    public ulong LeafWhenAnyOf { get; set; }

    /// <summary>An entry points to a table when <c>entry &amp; TableWhenMask == TableWhenValue</c>. Not given: when it is no leaf.</summary>
    public ulong TableWhenMask { get; set; }

    /// <summary>See <see cref="TableWhenMask"/>.</summary>
    public ulong TableWhenValue { get; set; }

    /// <summary>Name of the feature without which this level holds no leaves, for example <c>gb</c>.</summary>
    public string? Requires { get; set; }

    /// <summary>
    /// Without the feature of <see cref="Requires"/> what tells a leaf is ignored and the entry points to a table (x86 with 32-bit entries: CR4.PSE). Default: such an
    /// entry is refused.
    /// </summary>
    public bool TableWithout { get; set; }
}

/// <summary>
/// The level of what an entry points to stands in the entry (AMD IOMMU): 0 is a leaf of the level's own size, all ones a leaf whose size is in its
/// address, anything else a table of level value - 1, lower than this one but not necessarily the next.
/// </summary>
/// <param name="hi">Highest bit of the field.</param>
/// <param name="lo">Lowest bit of the field.</param>
/// <example><c>[NextLevel(11, 9)]</c></example>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class NextLevelAttribute(int hi, int lo) : Attribute
{
    /// <summary>Highest bit of the field.</summary>
    public int Hi { get; } = hi;

    /// <summary>Lowest bit of the field.</summary>
    public int Lo { get; } = lo;
}

/// <summary>One translation may take several consecutive items of a level.</summary>
/// <param name="level">The level.</param>
/// <param name="kind">How the items say so.</param>
/// <example><c>[Contiguity(0, ContiguityKind.HintBit, Flag = 1UL &lt;&lt; 52, MinLg2 = 4, MaxLg2 = 4)]</c> (Arm, 4 KiB granule: 16 items).</example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class ContiguityAttribute(int level, ContiguityKind kind) : Attribute
{
    /// <summary>The level.</summary>
    public int Level { get; } = level;

    /// <summary>How the items say so.</summary>
    public ContiguityKind Kind { get; } = kind;

    /// <summary>The bit that marks such an item; not used by <see cref="ContiguityKind.OnesRunInAddress"/>.</summary>
    public ulong Flag { get; set; }

    /// <summary>log2 of the fewest items.</summary>
    public int MinLg2 { get; set; }

    /// <summary>log2 of the most items.</summary>
    public int MaxLg2 { get; set; }

    /// <summary>log2 of a size in bytes that hardware gets wrong and that is not to be written, or 0.</summary>
    public int ExceptShift { get; set; }
}
