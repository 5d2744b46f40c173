namespace Fast.PageTables;

/// <summary>Entries that pass through a format's own code, decoded by facts and that code, and checked as all others are.</summary>
internal static class HatchedDecoding
{
    /// <summary>What an entry is; <paramref name="hatched"/> goes through the format's own code and has the permissions of a leaf.</summary>
    /// <param name="facts">The format.</param>
    /// <param name="level">Level of the table that holds the entry.</param>
    /// <param name="slot">As <see cref="HatchedDecoder"/> has it.</param>
    /// <param name="raw">The entry.</param>
    /// <param name="input">Input address.</param>
    /// <param name="limits">What the implementation lacks.</param>
    /// <param name="hatched">As the entry above left it.</param>
    public static DecodedEntry Decode(FormatFacts facts, int level, int slot, ulong raw, Iova input, FormatLimits limits, ref HatchedEntry hatched)
    {
        facts.Decoder!(level, slot, raw, ref hatched);
        if (hatched.Kind is EntryKind.NotPresent or EntryKind.Fault) return new DecodedEntry(hatched.Kind, hatched.Status, default, default, 0);
        var here = TableOf(facts, level, slot);
        var leaf = hatched.Kind == EntryKind.Leaf;
        if (leaf && limits.Lacks(here.LeafRequires)) return ReferenceDecoder.Refused(facts.KindFault);
        if (ReferenceDecoder.Problem(facts, level, leaf, raw, limits) is { } problem) return ReferenceDecoder.Refused(problem);
        // Bits above the physical ones may tell one memory from another.
        var physical = facts.OutputBits == 64 ? hatched.Address : hatched.Address & ((1UL << facts.OutputBits) - 1);
        if (limits.PhysicalBits < 64 && physical >> limits.PhysicalBits != 0) return ReferenceDecoder.Refused(facts.ReservedFault);
        var item = (1UL << here.Shift) - 1;
        return leaf
            ? new DecodedEntry(EntryKind.Leaf, default, new PhysicalAddress(hatched.Address & ~item), new PageSize(here.Shift), 0)
            : new DecodedEntry(EntryKind.Table, default, new PhysicalAddress(hatched.Address), default, level - 1);
    }

    /// <summary>The table at a level: where an entry points to two last tables, slot 0 is the one of larger pages.</summary>
    public static LevelFacts TableOf(FormatFacts facts, int level, int slot) => level == 0 && slot == 0 && facts.BigTable is { } big ? big : facts.Levels[level];

    /// <summary>The slot of an entry that is not dual: that of the last table which every format has is 1 where there is another one.</summary>
    public static int SlotOf(FormatFacts facts, int level) => level == 0 && facts.BigTable != null ? 1 : 0;
}
