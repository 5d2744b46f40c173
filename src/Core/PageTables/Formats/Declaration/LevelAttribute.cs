namespace Fast.PageTables;

/// <summary>One level of a format. Level 0 is the last table; the highest declared level is the root.</summary>
/// <param name="level">The level.</param>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class LevelAttribute(int level) : Attribute
{
    /// <summary>The level.</summary>
    public int Level { get; } = level;

    /// <summary>The manual's name for an entry of this level, used in emitted names: <c>Pte</c>, <c>Pmd</c>. Default: <c>L0</c>, <c>L1</c>, …</summary>
    public string? Name { get; set; }

    /// <summary>Number of input-address bits below the index: log2 of what one item maps.</summary>
    public int Shift { get; set; }

    /// <summary>Width of the index in bits: the table has 2^Bits items.</summary>
    public int Bits { get; set; }

    /// <summary>Whether an entry may point to a table. Level 0 never does.</summary>
    public bool CanTable { get; set; }

    /// <summary>Whether an entry may be a leaf. Default: at level 0, and where <see cref="LeafWhenMask"/> is given.</summary>
    public bool CanLeaf { get; set; }

    /// <summary>An entry is a leaf when <c>entry &amp; LeafWhenMask == LeafWhenValue</c>. Not given at level 0: every present entry is.</summary>
    public ulong LeafWhenMask { get; set; }

    /// <summary>See <see cref="LeafWhenMask"/>.</summary>
    public ulong LeafWhenValue { get; set; }

    /// <summary>Name of the feature without which this level holds no leaves, for example <c>gb</c>.</summary>
    public string? Requires { get; set; }
}
