using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Walks any format by its facts, one loop over the levels: the plain walker, kept for ever. It is the oracle of every emitted walk, and what
/// a run-time-parameterised walker costs.
/// </summary>
public static class ReferenceWalker
{
    /// <summary>Walks to the leaf of <paramref name="input"/>.</summary>
    /// <param name="facts">The format.</param>
    /// <param name="memory">Where its tables are.</param>
    /// <param name="rootWord">The root table; with a growing root its level stands in the low bits.</param>
    /// <param name="input">The input address.</param>
    /// <param name="limits">What the implementation lacks.</param>
    public static WalkResult Walk<TMemory>(FormatFacts facts, in TMemory memory, ulong rootWord, Iova input, FormatLimits limits)
        where TMemory : ITableMemory, allows ref struct
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(limits);
        var level = facts.RootLevel(rootWord);
        if (!facts.IsInputInReach(rootWord, input))
            return WalkResult.Ended(WalkStatus.BadInput, facts.TopLevel + 1, 0);
        if (facts.IsHatched) return WalkHatched(facts, memory, rootWord, input, limits);
        Span<(int Level, ulong Entry)> above = stackalloc (int, ulong)[LeafCounts.MaxLevels];
        var depth = 0;
        var table = facts.RootAddress(rootWord);
        var entry = rootWord;
        while (true)
        {
            var here = facts.Levels[level];
            ref var items = ref TableItems.Of(ref memory.Table(table, (nuint)here.TableBytes));
            if (Unsafe.IsNullRef(ref items)) return WalkResult.Ended(WalkStatus.NotBacked, level + 1, entry);
            entry = TableItems.Read(ref items, (nuint)((input.Value >> here.Shift) & ((1UL << here.Bits) - 1)));
            var decoded = ReferenceDecoder.Decode(facts, level, entry, input, limits);
            switch (decoded.Kind)
            {
                case EntryKind.NotPresent:
                    return WalkResult.Ended(WalkStatus.NotPresent, level, entry);
                case EntryKind.Fault:
                    return WalkResult.Ended(decoded.Fault, level, entry);
                case EntryKind.Leaf:
                    var pfn = Pfn.Of(new PhysicalAddress(decoded.Address.Value | (input.Value & ((1UL << here.Shift) - 1))));
                    var permissions = ReferenceDecoder.PermissionsOf(facts, level, entry, above[..depth], limits);
                    return WalkResult.AtLeaf(level, entry, new Leaf(pfn, decoded.Size, permissions));
                default:
                    if (Skips(facts, level, decoded.ChildLevel, input)) return WalkResult.Ended(WalkStatus.LevelSkipped, level, entry);
                    above[depth++] = (level, entry);
                    table = decoded.Address.Value;
                    level = decoded.ChildLevel;
                    break;
            }
        }
    }

    private static WalkResult WalkHatched<TMemory>(FormatFacts facts, in TMemory memory, ulong root, Iova input, FormatLimits limits)
        where TMemory : ITableMemory, allows ref struct
    {
        var steps = new HatchedSteps(facts, root, input, limits);
        while (true)
        {
            ref var items = ref TableItems.Of(ref memory.Table(steps.Table, (nuint)steps.Here.TableBytes));
            if (Unsafe.IsNullRef(ref items)) return WalkResult.Ended(WalkStatus.NotBacked, steps.Level + 1, steps.Above);
            if (!steps.TryGoOn(TableItems.Read(ref items, steps.Word))) return steps.Result;
        }
    }

    /// <summary>Levels may be skipped only where the input address has no index bits for them.</summary>
    internal static bool Skips(FormatFacts facts, int level, int child, Iova input)
    {
        if (child == level - 1) return false;
        var covered = facts.Levels[child].Shift + facts.Levels[child].Bits;
        return (input.Value & ((1UL << facts.Levels[level].Shift) - 1)) >> covered != 0;
    }
}
