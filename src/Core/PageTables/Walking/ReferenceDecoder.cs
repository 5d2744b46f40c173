namespace Fast.PageTables;

/// <summary>Decodes single entries by the facts of a format at run time: no constants, no tricks. The oracle of the emitted code.</summary>
public static class ReferenceDecoder
{
    /// <summary>What <paramref name="raw"/> is at <paramref name="level"/> for an implementation with <paramref name="limits"/>.</summary>
    /// <param name="facts">The format.</param>
    /// <param name="level">Level of the table that holds the entry.</param>
    /// <param name="raw">The entry.</param>
    /// <param name="input">Input address: items of one leaf may hold the same word, and then it tells them apart.</param>
    /// <param name="limits">What the implementation lacks.</param>
    public static DecodedEntry Decode(FormatFacts facts, int level, ulong raw, Iova input, FormatLimits limits)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(limits);
        if (facts.IsHatched)
        {
            var hatched = default(HatchedEntry);
            return HatchedDecoding.Decode(facts, level, HatchedDecoding.SlotOf(facts, level), raw, input, limits, ref hatched);
        }

        if (!facts.Present.Holds(raw)) return default;
        var here = facts.Levels[level];
        var leaf = IsLeaf(facts, here, level, raw);
        var table = !leaf && here.CanTable && here.Table.Holds(raw);
        if (!leaf && !table) return Refused(facts.KindFault);
        if (leaf && (!here.CanLeaf || limits.Lacks(here.LeafRequires))) return Refused(facts.KindFault);
        if (Problem(facts, level, leaf, raw, limits) is { } problem) return Refused(problem);

        if (table)
        {
            var child = facts.NextLevel.Exists ? (int)facts.NextLevel.Of(raw) - 1 : level - 1;
            return child >= level ? Refused(WalkStatus.BadLevel) : new DecodedEntry(EntryKind.Table, default, Address(facts, raw), default, child);
        }

        return ReferenceContiguity.Leaf(facts, level, raw, input);
    }

    /// <summary>The address in an entry, segments put together.</summary>
    public static PhysicalAddress Address(FormatFacts facts, ulong raw)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ulong address = 0;
        foreach (var segment in facts.Segments) address |= segment.Address(raw);
        return new PhysicalAddress(address);
    }

    /// <summary>What a leaf at <paramref name="level"/> allows under the entries above it, root first, the last one at level + 1.</summary>
    public static Permissions PermissionsOf(FormatFacts facts, int level, ulong leaf, ReadOnlySpan<(int Level, ulong Entry)> above, FormatLimits limits)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(limits);
        var (granted, refused) = (Permissions.None, Permissions.None);
        foreach (var right in facts.Rights)
        {
            var grants = Grants(right, level, leaf, EntryKinds.Leaf, limits);
            foreach (var (at, entry) in above) grants &= Grants(right, at, entry, EntryKinds.Table, limits);
            if (grants) granted |= right.Right;
            else refused |= right.Right;
        }

        return granted & ~refused;
    }

    private static bool IsLeaf(FormatFacts facts, LevelFacts here, int level, ulong raw)
    {
        if (facts.NextLevel.Exists) return facts.NextLevel.Of(raw) is 0 or 7;
        return level == 0 || here.CanLeaf ? here.Leaf.Holds(raw) : false;
    }

    /// <summary>Why a leaf or an entry that points to a table is refused, if it is: a bit that must be zero, a combination that may not be.</summary>
    internal static WalkStatus? Problem(FormatFacts facts, int level, bool leaf, ulong raw, FormatLimits limits) =>
        (raw & ReservedBits(facts, level, leaf, limits)) != 0 ? facts.ReservedFault : ForbiddenBy(facts, level, leaf, raw, limits);

    internal static DecodedEntry Refused(WalkStatus fault) => new(EntryKind.Fault, fault, default, default, 0);

    private static bool Grants(RightFacts right, int level, ulong entry, EntryKinds kind, FormatLimits limits)
    {
        if (right.Implied || (right.Kinds & kind) == 0 || level < right.FromLevel || level > right.ToLevel) return true;
        if ((right.Granting >> (int)right.Field.Of(entry) & 1) != 0) return true;
        return (entry & right.UnlessMask) != 0 && !limits.Lacks(right.UnlessRequires);
    }

    private static WalkStatus? ForbiddenBy(FormatFacts facts, int level, bool leaf, ulong raw, FormatLimits limits)
    {
        var kind = leaf ? EntryKinds.Leaf : EntryKinds.Table;
        foreach (var forbidden in facts.Forbidden)
        {
            var applies = (forbidden.Kinds & kind) != 0 && level >= forbidden.FromLevel && level <= forbidden.ToLevel
                && (forbidden.Unless is null || limits.Lacks(forbidden.Unless));
            if (applies && (raw & forbidden.Mask) == forbidden.Value) return forbidden.Fault;
        }

        return null;
    }

    private static ulong ReservedBits(FormatFacts facts, int level, bool leaf, FormatLimits limits)
    {
        var here = facts.Levels[level];
        var reserved = leaf ? here.ReservedInLeaf : here.ReservedInTable;
        if (ReferenceEquals(limits, FormatLimits.None)) return reserved;
        foreach (var segment in facts.Segments)
        {
            // Code of the format's own may put the address elsewhere.
            if (limits.PhysicalBits < 64 && !facts.IsHatched) reserved |= segment.Entry(ulong.MaxValue << limits.PhysicalBits);
        }

        foreach (var conditional in facts.ConditionalReserved)
        {
            if (conditional.Level == level && conditional.InLeaf == leaf && limits.Lacks(conditional.Unless)) reserved |= conditional.Mask;
        }

        foreach (var right in facts.Rights)
        {
            if (limits.Lacks(right.Requires)) reserved |= right.Field.Mask;
        }

        return reserved;
    }
}
