using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace Fast.PageTables;

/// <summary>
/// Entries that point past the next lower level, which AMD's format allows and no known software writes. What reads tables goes on by the plain walker there;
/// what changes tables refuses, because the library never writes such entries. For emitted code.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SkippedLevels
{
    /// <summary>The leaf of an input address.</summary>
    public static bool TryFollow<TMemory>(FormatFacts facts, in TMemory memory, ulong root, Iova input, out Leaf leaf)
        where TMemory : ITableMemory, allows ref struct
    {
        var walk = ReferenceWalker.Walk(facts, memory, root, input, FormatLimits.None);
        leaf = walk.Leaf;
        return walk.IsLeaf;
    }

    /// <summary>The output address of an input address.</summary>
    public static PhysicalAddress Translate<TMemory>(FormatFacts facts, in TMemory memory, ulong root, Iova input)
        where TMemory : ITableMemory, allows ref struct =>
        TryFollow(facts, memory, root, input, out var leaf) ? new PhysicalAddress((leaf.Pfn.Value << Pfn.Shift) | (input.Value & 0xFFF)) : PhysicalAddress.None;

    /// <summary>The part of a range within one item that the table to which <paramref name="entry"/> skips can translate: where all skipped index bits are zero.</summary>
    /// <returns><see langword="false"/> when there is none, or the entry names a level that is not lower.</returns>
    public static bool TryClip(FormatFacts facts, int level, ulong entry, ulong input, ref ulong last)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var child = (int)facts.NextLevel.Of(entry) - 1;
        if (child < 0 || child >= level || ReferenceWalker.Skips(facts, level, child, new Iova(input))) return false;
        last = Math.Min(last, input | ((1UL << (facts.Levels[child].Shift + facts.Levels[child].Bits)) - 1));
        return true;
    }

    /// <summary>Throws: a table with such an entry is not one that the library wrote.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    [DoesNotReturn]
    public static void Refuse<TLevel>(ulong entry, ulong input)
        where TLevel : struct, ITableLevel => throw new InvalidOperationException(
            $"the entry 0x{entry:x} at level {TLevel.Level} for input {new Iova(input)} does not point to the next lower level, so other software wrote it: such tables can be read (Walk, ReadRuns) but not changed; map what ReadRuns finds into a table of your own");
}
