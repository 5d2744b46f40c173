namespace Fast.PageTables.Testing;

/// <summary>What hardware does to entries, by the facts: it walks to the item that serves an address, and notes use in it by compare-exchange.</summary>
internal static class Hardware
{
    /// <summary>The leaf item that serves an address.</summary>
    public static bool TryFind(FormatFacts facts, TableArena arena, ulong root, ulong input, out LeafItem found)
    {
        var (table, level) = (facts.RootAddress(root), facts.RootLevel(root));
        var top = facts.Levels[level];
        found = default;
        if (top.Shift + top.Bits < 64 && facts.DynamicTop && input >> (top.Shift + top.Bits) != 0) return false;
        while (true)
        {
            var here = facts.Levels[level];
            var index = (nuint)((input >> here.Shift) & ((1UL << here.Bits) - 1));
            var word = FactItems.Read(facts, ref TableItems.In(arena, table), index);
            var decoded = ReferenceDecoder.Decode(facts, level, word, new Iova(input), FormatLimits.None);
            found = new LeafItem(table, index, level, word);
            if (decoded.Kind == EntryKind.Leaf) return true;
            if (decoded.Kind != EntryKind.Table) return false;
            (table, level) = (decoded.Address.Value, decoded.ChildLevel);
        }
    }

    /// <summary>Uses the page at an address; returns whether it could write, and so noted that it did.</summary>
    public static bool Touch(FormatFacts facts, TableArena arena, ulong root, ulong input, bool write)
    {
        while (TryFind(facts, arena, root, input, out var found))
        {
            // Against the word that the walk took for a leaf: by now a table may stand there.
            var noted = Noted(facts, found.Word, write);
            if (noted == found.Word || FactItems.Exchange(facts, ref TableItems.In(arena, found.Table), found.Index, noted, found.Word) == found.Word)
                return write && facts.Dirty.Holds(noted);
        }

        return false;
    }

    private static ulong Noted(FormatFacts facts, ulong leaf, bool write)
    {
        leaf |= facts.AccessedMask;
        var dirty = facts.Dirty;
        if (!write || (leaf & dirty.Modifier) != dirty.Modifier) return leaf;
        return dirty.WhenClear ? leaf & ~dirty.Mask : leaf | dirty.Mask;
    }
}

/// <summary>Where a leaf's item stands, and the word as it was read, once.</summary>
internal readonly record struct LeafItem(ulong Table, nuint Index, int Level, ulong Word);
