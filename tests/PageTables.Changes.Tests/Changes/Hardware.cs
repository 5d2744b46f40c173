namespace Fast.PageTables.Tests.Changes;

/// <summary>What hardware does to entries, by the facts: it walks to the item that serves an address, and notes use in it by compare-exchange.</summary>
internal static class Hardware
{
    /// <summary>The leaf item that serves an address: the word and where it stands.</summary>
    public static bool TryFind(FormatFacts facts, TableArena arena, ulong root, ulong input, out ulong table, out nuint index, out int level)
    {
        (table, level) = (facts.RootAddress(root), facts.RootLevel(root));
        index = 0;
        var top = facts.Levels[level];
        if (top.Shift + top.Bits < 64 && facts.DynamicTop && input >> (top.Shift + top.Bits) != 0) return false;
        while (true)
        {
            var here = facts.Levels[level];
            index = (nuint)((input >> here.Shift) & ((1UL << here.Bits) - 1));
            var decoded = ReferenceDecoder.Decode(facts, level, TableItems.Read(ref TableItems.In(arena, table), index), new Iova(input), FormatLimits.None);
            if (decoded.Kind == EntryKind.Leaf) return true;
            if (decoded.Kind != EntryKind.Table) return false;
            (table, level) = (decoded.Address.Value, decoded.ChildLevel);
        }
    }

    /// <summary>Uses the page at an address; returns whether it could write, and so noted that it did.</summary>
    public static bool Touch(FormatFacts facts, TableArena arena, ulong root, ulong input, bool write)
    {
        while (TryFind(facts, arena, root, input, out var table, out var index, out _))
        {
            ref var items = ref TableItems.In(arena, table);
            var old = TableItems.Read(ref items, index);
            var noted = Noted(facts, old, write);
            if (noted == old || TableItems.Exchange(ref items, index, noted, old) == old) return write && facts.Dirty.Holds(noted);
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
