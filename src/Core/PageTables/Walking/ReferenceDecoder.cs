namespace Fast.PageTables;

/// <summary>What one entry is.</summary>
public enum EntryKind
{
    /// <summary>Not present.</summary>
    NotPresent,

    /// <summary>Present, but with a bit set that must be zero.</summary>
    Reserved,

    /// <summary>A leaf.</summary>
    Leaf,

    /// <summary>A pointer to a table.</summary>
    Table,
}

/// <summary>Decodes single entries by the facts of a format at run time: no constants, no tricks. The oracle of the emitted code.</summary>
public static class ReferenceDecoder
{
    /// <summary>What <paramref name="raw"/> is at <paramref name="level"/> for an implementation with <paramref name="limits"/>.</summary>
    public static EntryKind Decode(FormatFacts facts, int level, ulong raw, FormatLimits limits)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(limits);
        if (!facts.Present.Holds(raw)) return EntryKind.NotPresent;
        var here = facts.Levels[level];
        var leaf = here.CanLeaf && (level == 0 || (raw & here.LeafMask) == here.LeafValue);
        if (leaf ? limits.Lacks(here.LeafRequires) : !here.CanTable) return EntryKind.Reserved;
        return (raw & ReservedBits(facts, level, leaf, limits)) != 0 ? EntryKind.Reserved : leaf ? EntryKind.Leaf : EntryKind.Table;
    }

    /// <summary>Output address of a leaf for <paramref name="input"/>: leaf base plus offset.</summary>
    public static PhysicalAddress Output(FormatFacts facts, int level, ulong raw, Iova input)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var here = facts.Levels[level];
        return new PhysicalAddress((raw & here.LeafAddressMask) | (input.Value & ((1UL << here.Shift) - 1)));
    }

    /// <summary>What a leaf allows under the entries above it, root first.</summary>
    public static Permissions PermissionsOf(FormatFacts facts, ulong leaf, ReadOnlySpan<ulong> above)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var permissions = Permissions.None;
        foreach (var right in facts.Rights)
        {
            var granted = Grants(right, leaf);
            if (right.Combines)
            {
                foreach (var entry in above) granted &= Grants(right, entry);
            }

            if (granted) permissions |= right.Right;
        }

        return permissions;
    }

    private static bool Grants(RightFacts right, ulong entry) => right.Mask == 0 || (entry & right.Mask) != 0 != right.Denies;

    private static ulong ReservedBits(FormatFacts facts, int level, bool leaf, FormatLimits limits)
    {
        var here = facts.Levels[level];
        var reserved = leaf ? here.ReservedInLeaf : here.ReservedInTable;
        if (ReferenceEquals(limits, FormatLimits.None)) return reserved;
        if (limits.PhysicalBits < 64) reserved |= facts.AddressMask >> limits.PhysicalBits << limits.PhysicalBits;
        foreach (var conditional in facts.ConditionalReserved)
        {
            if (conditional.Level == level && conditional.InLeaf == leaf && limits.Lacks(conditional.Unless)) reserved |= conditional.Mask;
        }

        foreach (var right in facts.Rights)
        {
            if (limits.Lacks(right.Requires)) reserved |= right.Mask;
        }

        return reserved;
    }
}
