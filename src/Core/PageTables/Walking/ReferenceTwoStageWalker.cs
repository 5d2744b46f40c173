using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Walks two stages by their facts, one item at a time: the plain twin of emitted two-stage walks, kept for ever. It takes stage-1 tables of any
/// size, also such as are larger than a page of stage 2 and lie scattered.
/// </summary>
public static class ReferenceTwoStageWalker
{
    /// <summary>Walks from an input address of stage 1 to a host frame.</summary>
    /// <param name="first">The format of stage 1.</param>
    /// <param name="second">The format of stage 2.</param>
    /// <param name="memory">Host memory: the tables of stage 2, and behind it those of stage 1.</param>
    /// <param name="firstRootWord">Root of stage 1: a guest-physical address, with a growing root also its level.</param>
    /// <param name="secondRootWord">Root of stage 2: a host-physical address, with a growing root also its level.</param>
    /// <param name="input">The input address.</param>
    /// <param name="firstLimits">What the implementation of stage 1 lacks; default: nothing.</param>
    /// <param name="secondLimits">What the implementation of stage 2 lacks; default: nothing.</param>
    public static TwoStageResult Walk<TMemory>(
        FormatFacts first, FormatFacts second, in TMemory memory, ulong firstRootWord, ulong secondRootWord, Iova input, FormatLimits? firstLimits = null, FormatLimits? secondLimits = null)
        where TMemory : ITableMemory, allows ref struct
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        firstLimits ??= FormatLimits.None;
        secondLimits ??= FormatLimits.None;
        if (!first.IsInputInReach(firstRootWord, input)) return TwoStageResult.EndedByFirst(WalkResult.Ended(WalkStatus.BadInput, first.TopLevel + 1, 0));
        var stage2 = new SecondStage<TMemory>(second, memory, secondRootWord, secondLimits);
        if (first.IsHatched) return WalkHatched(first, stage2, firstRootWord, input, firstLimits);
        Span<(int Level, ulong Entry)> above = stackalloc (int, ulong)[LeafCounts.MaxLevels];
        var depth = 0;
        var level = first.RootLevel(firstRootWord);
        var table = first.RootAddress(firstRootWord);
        var entry = firstRootWord;
        while (true)
        {
            var here = first.Levels[level];
            var item = new PhysicalAddress(table + (8 * ((input.Value >> here.Shift) & ((1UL << here.Bits) - 1))));
            if (!stage2.TryRead(item, here.TableBytes, level, ref entry, out var ended)) return ended;
            var decoded = ReferenceDecoder.Decode(first, level, entry, input, firstLimits);
            switch (decoded.Kind)
            {
                case EntryKind.NotPresent:
                    return TwoStageResult.EndedByFirst(WalkResult.Ended(WalkStatus.NotPresent, level, entry));
                case EntryKind.Fault:
                    return TwoStageResult.EndedByFirst(WalkResult.Ended(decoded.Fault, level, entry));
                case EntryKind.Leaf:
                    var guest = new PhysicalAddress(decoded.Address.Value | (input.Value & ((1UL << here.Shift) - 1)));
                    var permissions = ReferenceDecoder.PermissionsOf(first, level, entry, above[..depth], firstLimits);
                    return stage2.Translate(first, guest, decoded.Size, permissions);
                default:
                    if (ReferenceWalker.Skips(first, level, decoded.ChildLevel, input)) return TwoStageResult.EndedByFirst(WalkResult.Ended(WalkStatus.LevelSkipped, level, entry));
                    above[depth++] = (level, entry);
                    table = decoded.Address.Value;
                    level = decoded.ChildLevel;
                    break;
            }
        }
    }

    private static TwoStageResult WalkHatched<TMemory>(FormatFacts first, SecondStage<TMemory> stage2, ulong root, Iova input, FormatLimits limits)
        where TMemory : ITableMemory, allows ref struct
    {
        var steps = new HatchedSteps(first, root, input, limits);
        while (true)
        {
            var item = new PhysicalAddress(steps.Table + (8 * (ulong)steps.Word));
            var entry = steps.Above;
            if (!stage2.TryRead(item, steps.Here.TableBytes, steps.Level, ref entry, out var ended)) return ended;
            if (steps.TryGoOn(entry)) continue;
            var walk = steps.Result;
            if (!walk.IsLeaf) return TwoStageResult.EndedByFirst(walk);
            return stage2.Translate(first, new PhysicalAddress((walk.Leaf.Pfn.Value << Pfn.Shift) | (input.Value & 0xFFF)), walk.Leaf.Size, walk.Leaf.Permissions);
        }
    }

    /// <summary>What both allow, right by right: one that only one format can tell is that format's.</summary>
    private static Permissions Both(FormatFacts first, Permissions byFirst, FormatFacts second, Permissions bySecond)
    {
        var (toldByFirst, toldBySecond) = (Told(first), Told(second));
        var both = Permissions.None;
        foreach (var right in Enum.GetValues<Permissions>().Where(right => ulong.IsPow2((ulong)right)))
        {
            var (firstTells, secondTells) = ((toldByFirst & right) != 0, (toldBySecond & right) != 0);
            var granted = (!firstTells || Grants(toldByFirst, byFirst, right)) && (!secondTells || Grants(toldBySecond, bySecond, right));
            // Where one stage tells user execution from the other's, a stage that does not means both by Execute.
            if (right == Permissions.UserExecute && firstTells != secondTells)
                granted = granted && Grants(firstTells ? toldBySecond : toldByFirst, firstTells ? bySecond : byFirst, Permissions.Execute);
            if (granted && (firstTells || secondTells)) both |= right;
        }

        return both;
    }

    private static bool Grants(Permissions told, Permissions allowed, Permissions right) => (told & right) == 0 || (allowed & right) != 0;

    private static Permissions Told(FormatFacts facts) => facts.Rights.Aggregate(Permissions.None, (told, right) => told | right.Right);

    /// <summary>Stage 2, as stage 1 asks it.</summary>
    private readonly ref struct SecondStage<TMemory>(FormatFacts facts, TMemory memory, ulong root, FormatLimits limits)
        where TMemory : ITableMemory, allows ref struct
    {
        private readonly TMemory _memory = memory;

        /// <summary>Reads one item of stage 1; <paramref name="entry"/> is the one that points to its table, and afterwards the item.</summary>
        public bool TryRead(PhysicalAddress item, int tableBytes, int level, ref ulong entry, out TwoStageResult ended)
        {
            ended = default;
            var read = ReferenceWalker.Walk(facts, _memory, root, new Iova(item.Value), limits);
            if (!read.IsLeaf || (read.Leaf.Permissions & Permissions.Read) == 0)
            {
                ended = TwoStageResult.EndedBySecond(read, item, onTable: true);
                return false;
            }

            // The table as far as it lies in the page that was found.
            var part = Math.Min((ulong)tableBytes, 1UL << Pfn.Shift);
            var host = (read.Leaf.Pfn.Value << Pfn.Shift) | (item.Value & 0xFFF);
            ref var items = ref TableItems.Of(ref _memory.Table(host & ~(part - 1), (nuint)part));
            if (Unsafe.IsNullRef(ref items))
            {
                ended = TwoStageResult.EndedUnbacked(WalkResult.Ended(WalkStatus.NotBacked, level + 1, entry), item);
                return false;
            }

            entry = TableItems.Read(ref items, (nuint)(host & (part - 1)) / 8);
            return true;
        }

        /// <summary>A leaf of stage 1, translated.</summary>
        public TwoStageResult Translate(FormatFacts first, PhysicalAddress guest, PageSize size, Permissions permissions)
        {
            var last = ReferenceWalker.Walk(facts, _memory, root, new Iova(guest.Value), limits);
            if (!last.IsLeaf) return TwoStageResult.EndedBySecond(last, guest, onTable: false);
            var smaller = size < last.Leaf.Size ? size : last.Leaf.Size;
            return TwoStageResult.AtLeaf(last, guest, new Leaf(last.Leaf.Pfn, smaller, Both(first, permissions, facts, last.Leaf.Permissions)));
        }
    }
}
