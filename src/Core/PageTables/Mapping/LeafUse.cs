namespace Fast.PageTables;

/// <summary>
/// What hardware notes in a leaf: accessed and dirty, in whichever sense the format has them. Where the dirty bit is also the one that refuses writing (Arm:
/// DDI 0487, D8.5.4, hardware management of the dirty state) a modifier tells "clean" from "not writable".
/// </summary>
internal static class LeafUse<TFormat>
    where TFormat : struct, ILeafBits
{
    public static bool IsAccessed(ulong leaf) => (leaf & TFormat.AccessedMask) != 0;

    public static bool IsDirty(ulong leaf) =>
        TFormat.DirtyMask != 0 && ((IsTracked(leaf) && (leaf & TFormat.DirtyMask) != 0 != TFormat.DirtyWhenClear) || (leaf & TFormat.DirtySaved) != 0);

    /// <summary>The leaf with use added to what it says already.</summary>
    public static ulong With(ulong leaf, bool accessed, bool dirty)
    {
        if (accessed) leaf |= TFormat.AccessedMask;
        if (!dirty) return leaf;
        if (!IsTracked(leaf)) return leaf | TFormat.DirtySaved;
        return TFormat.DirtyWhenClear ? leaf & ~TFormat.DirtyMask : leaf | TFormat.DirtyMask;
    }

    /// <summary>The leaf as if hardware had never used it.</summary>
    public static ulong Without(ulong leaf) => Cleaned(leaf & ~TFormat.AccessedMask);

    /// <summary>The leaf as if hardware had never written through it.</summary>
    public static ulong Cleaned(ulong leaf)
    {
        leaf &= ~TFormat.DirtySaved;
        if (!IsTracked(leaf)) return leaf;
        return TFormat.DirtyWhenClear ? leaf | TFormat.DirtyMask : leaf & ~TFormat.DirtyMask;
    }

    /// <summary>
    /// The leaf with other rights, used as before. One that becomes writable where the dirty bit refuses writing becomes dirty: a clean one would not be
    /// writable on hardware without the feature.
    /// </summary>
    public static ulong Permit(ulong leaf, ulong rights)
    {
        var changed = (leaf & ~TFormat.RightsMask) | (rights & TFormat.RightsMask);
        if (TFormat.DirtyModifier == 0) return changed;
        changed &= ~TFormat.DirtySaved;
        if (IsDirty(leaf)) return With(changed, accessed: false, dirty: true);
        return IsTracked(leaf) ? Cleaned(changed) : changed;
    }

    /// <summary>Adds use to a leaf that hardware may be using.</summary>
    public static void Mark<TLevel>(ref ulong items, nuint index, bool accessed, bool dirty)
        where TLevel : struct, ITableLevel
    {
        while (true)
        {
            var old = LevelItems.Read<TLevel>(ref items, index);
            var marked = With(old, accessed, dirty);
            if (marked == old || LevelItems.Exchange<TLevel>(ref items, index, marked, old) == old) return;
        }
    }

    private static bool IsTracked(ulong leaf) => (leaf & TFormat.DirtyModifier) == TFormat.DirtyModifier;
}
