namespace Fast.PageTables.Tests.Hatch;

/// <summary>What the methods of one format say of one address must agree.</summary>
internal static class Contract
{
    /// <summary>The walk's result; a difference between it and the other methods is an exception.</summary>
    /// <param name="memory">Where the tables are.</param>
    /// <param name="root">The root.</param>
    /// <param name="input">The address.</param>
    public static WalkResult Walk<TFormat>(SegmentedMemory memory, ulong root, Iova input)
        where TFormat : struct, IWalkFormat
    {
        var walk = TFormat.Walk(memory, root, input);
        var expected = walk.IsLeaf ? new PhysicalAddress((walk.Leaf.Pfn.Value << 12) | (input.Value & 0xFFF)) : PhysicalAddress.None;
        // Who trusts the tables looks at no reserved bit.
        var trusted = walk.Status is WalkStatus.Reserved;
        var found = TFormat.Follow(memory, root, input, out var leaf);
        if (!trusted) Same(walk.IsLeaf, found, "Follow", input);
        if (walk.IsLeaf) Same(walk.Leaf, leaf, "Follow", input);
        var translated = TFormat.Translate(memory, root, input);
        if (!trusted) Same(expected, translated, "Translate", input);
        Same(found, !translated.IsNone, "Translate", input);
        if (TFormat.FindLastTable(memory, root, input, out var table)) Same(translated, TFormat.TranslateInLastTable(memory, table, input), "TranslateInLastTable", input);
        else if (walk.IsLeaf && walk.Level == 0) throw new InvalidOperationException($"FindLastTable finds none for a leaf of the last table, {input}");
        return walk;
    }

    private static void Same<T>(T expected, T found, string where, Iova input)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found)) throw new InvalidOperationException($"{where} says {found} and the walk {expected} for {input}");
    }
}
