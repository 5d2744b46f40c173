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
    /// <param name="root">The root table.</param>
    /// <param name="input">The input address.</param>
    /// <param name="limits">What the implementation lacks.</param>
    public static WalkResult Walk<TMemory>(FormatFacts facts, in TMemory memory, PhysicalAddress root, Iova input, FormatLimits limits)
        where TMemory : ITableMemory, allows ref struct
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (!facts.IsInputValid(input)) return WalkResult.Ended(WalkStatus.BadInput, facts.TopLevel + 1, 0);
        Span<ulong> above = stackalloc ulong[LeafCounts.MaxLevels];
        var depth = 0;
        var table = root.Value;
        var entry = root.Value;
        for (var level = facts.TopLevel; ; level--)
        {
            var here = facts.Levels[level];
            ref var items = ref TableItems.Of(ref memory.Table(table, (nuint)here.TableBytes));
            if (Unsafe.IsNullRef(ref items)) return WalkResult.Ended(WalkStatus.NotBacked, level + 1, entry);
            entry = TableItems.Read(ref items, (nuint)((input.Value >> here.Shift) & ((1UL << here.Bits) - 1)));
            switch (ReferenceDecoder.Decode(facts, level, entry, limits))
            {
                case EntryKind.NotPresent:
                    return WalkResult.Ended(WalkStatus.NotPresent, level, entry);
                case EntryKind.Reserved:
                    return WalkResult.Ended(WalkStatus.Reserved, level, entry);
                case EntryKind.Leaf:
                    var pfn = Pfn.Of(ReferenceDecoder.Output(facts, level, entry, input));
                    var permissions = ReferenceDecoder.PermissionsOf(facts, entry, above[..depth]);
                    return WalkResult.AtLeaf(level, entry, new Leaf(pfn, new PageSize(here.Shift), permissions));
                default:
                    above[depth++] = entry;
                    table = entry & facts.AddressMask;
                    break;
            }
        }
    }
}
