namespace Fast.PageTables;

/// <summary>One kind of use that hardware notes in leaves: which words may say so, which do, and how it is taken back.</summary>
internal interface ILeafUse
{
    /// <summary>Bits that are compared with <see cref="Value"/>.</summary>
    static abstract ulong Mask { get; }

    /// <summary>What they are in a leaf that says so.</summary>
    static abstract ulong Value { get; }

    /// <summary>Bits of which any one says so too.</summary>
    static abstract ulong AnyOf { get; }

    /// <summary>Whether a leaf says so.</summary>
    static abstract bool Holds(ulong leaf);

    /// <summary>Takes it back, atomically against hardware.</summary>
    static abstract void Clear<TLevel>(ref ulong items, nuint index)
        where TLevel : struct, ITableLevel;
}

/// <summary>Accessed.</summary>
internal readonly struct AccessedUse<TFormat> : ILeafUse
    where TFormat : struct, ILeafBits
{
    public static ulong Mask => TFormat.AccessedMask;

    public static ulong Value => TFormat.AccessedMask;

    public static ulong AnyOf => 0;

    public static bool Holds(ulong leaf) => LeafUse<TFormat>.IsAccessed(leaf);

    public static void Clear<TLevel>(ref ulong items, nuint index)
        where TLevel : struct, ITableLevel => LevelItems.And<TLevel>(ref items, index, ~TFormat.AccessedMask);
}

/// <summary>Dirty.</summary>
internal readonly struct DirtyUse<TFormat> : ILeafUse
    where TFormat : struct, ILeafBits
{
    public static ulong Mask => TFormat.DirtyMask | TFormat.DirtyModifier;

    public static ulong Value => TFormat.DirtyModifier | (TFormat.DirtyWhenClear ? 0 : TFormat.DirtyMask);

    public static ulong AnyOf => TFormat.DirtySaved;

    public static bool Holds(ulong leaf) => LeafUse<TFormat>.IsDirty(leaf);

    public static void Clear<TLevel>(ref ulong items, nuint index)
        where TLevel : struct, ITableLevel
    {
        if (TFormat.DirtyModifier != 0)
        {
            // Without the modifier the bit is a right.
            if (TFormat.DirtySaved != 0) LevelItems.And<TLevel>(ref items, index, ~TFormat.DirtySaved);
            if ((LevelItems.Peek<TLevel>(ref items, index) & TFormat.DirtyModifier) == 0) return;
        }

        if (TFormat.DirtyWhenClear) LevelItems.Or<TLevel>(ref items, index, TFormat.DirtyMask);
        else LevelItems.And<TLevel>(ref items, index, ~TFormat.DirtyMask);
    }
}
