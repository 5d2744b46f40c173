namespace Fast.PageTables;

/// <summary>One permission bit, or one field whose values grant a right. All declarations of one right must grant it.</summary>
/// <param name="right">What it permits.</param>
/// <example><c>[Perm(Right.Execute, Bit = 63, Polarity = Polarity.Deny, Combine = Combine.OrDown)]</c> (x86-64 XD).</example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class PermAttribute(Right right) : Attribute
{
    /// <summary>What it permits.</summary>
    public Right Right { get; } = right;

    /// <summary>The bit; not given when <see cref="ImpliedByPresent"/> or with <see cref="Hi"/>.</summary>
    public int Bit { get; set; } = -1;

    /// <summary>Whether the bit, set, allows or denies.</summary>
    public Polarity Polarity { get; set; } = Polarity.Allow;

    /// <summary>How the levels of a walk combine. <see cref="Combine.Leaf"/>: the bit exists in leaves only.</summary>
    public Combine Combine { get; set; } = Combine.Leaf;

    /// <summary>The right needs no bit: every present entry grants it (x86-64 read).</summary>
    public bool ImpliedByPresent { get; set; }

    /// <summary>Highest bit of a field of which some values grant the right; leaves only.</summary>
    public int Hi { get; set; } = -1;

    /// <summary>Lowest bit of the field.</summary>
    public int Lo { get; set; } = -1;

    /// <summary>The values that grant: bit n for value n. Arm stage 2, execute at EL1: values 0 and 3, written <c>0b1001</c>.</summary>
    public int In { get; set; }

    /// <summary>A bit that, set, grants although <see cref="Bit"/> denies: Arm's DBM makes a read-only page "writable, clean".</summary>
    public int UnlessBit { get; set; } = -1;

    /// <summary>Name of the feature without which <see cref="UnlessBit"/> means nothing.</summary>
    public string? UnlessRequires { get; set; }

    /// <summary>Lowest level that has the bit.</summary>
    public int FromLevel { get; set; }

    /// <summary>Highest level that has the bit.</summary>
    public int ToLevel { get; set; } = int.MaxValue;

    /// <summary>Name of the feature without which the bit must be zero, for example <c>nxe</c>.</summary>
    public string? Requires { get; set; }
}

/// <summary>A bit of table entries that, set, denies a right to everything below (Arm APTable, UXNTable, PXNTable).</summary>
/// <param name="right">What it denies.</param>
/// <param name="bit">The bit.</param>
/// <example><c>[TableRestrict(Right.Write, 62)]</c></example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class TableRestrictAttribute(Right right, int bit) : Attribute
{
    /// <summary>What it denies.</summary>
    public Right Right { get; } = right;

    /// <summary>The bit.</summary>
    public int Bit { get; } = bit;
}

/// <summary>The bit that hardware sets when it uses a translation.</summary>
/// <param name="bit">The bit.</param>
/// <example><c>[Accessed(5)]</c></example>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class AccessedAttribute(int bit) : Attribute
{
    /// <summary>The bit.</summary>
    public int Bit { get; } = bit;

    /// <summary>Name of the feature without which hardware does not set it.</summary>
    public string? Requires { get; set; }
}

/// <summary>How hardware says that it wrote through a translation.</summary>
/// <param name="bit">The bit.</param>
/// <example><c>[Dirty(6)]</c>; <c>[Dirty(7, ModifierBit = 51, DirtyWhenClear = true)]</c> (Arm stage 1: hardware clears AP[2] of a page with DBM).</example>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class DirtyAttribute(int bit) : Attribute
{
    /// <summary>The bit.</summary>
    public int Bit { get; } = bit;

    /// <summary>The bit means anything only where this one is set.</summary>
    public int ModifierBit { get; set; } = -1;

    /// <summary>
    /// A software bit that keeps "dirty" while the leaf does not allow writing: with <see cref="ModifierBit"/> the dirty bit then is the one that refuses it.
    /// </summary>
    public int SavedBit { get; set; } = -1;

    /// <summary>Whether hardware clears the bit instead of setting it.</summary>
    public bool DirtyWhenClear { get; set; }

    /// <summary>Name of the feature without which hardware does not write it.</summary>
    public string? Requires { get; set; }
}
