using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Looks at every entry that a walk from a root can reach, in tables that somebody else wrote: a guest's, an image's. Nothing in them can make it loop, run
/// out of memory or read beyond what the memory backs: each table is read once for each level at which it is reached, each entry once, and never more
/// tables than the budget says. Tables that point to themselves or are shared are legal. It works by facts: the time goes into reading memory, and
/// an emitted form would not change that.
/// </summary>
public static class TableValidator
{
    /// <summary>Validates the tables under a root.</summary>
    /// <param name="facts">Their format.</param>
    /// <param name="memory">Where they are.</param>
    /// <param name="rootWord">The root table; with a growing root its level stands in the low bits.</param>
    /// <param name="budget">Most tables to read; at least 1. It also bounds the memory used.</param>
    /// <param name="firstProblems">Problems to keep; the others are only counted.</param>
    /// <param name="limits">What the implementation lacks; default: nothing.</param>
    /// <exception cref="ArgumentException">The root word names a level that the format does not have.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="budget"/> is below 1, or <paramref name="firstProblems"/> below 0.</exception>
    public static TableReport Validate<TMemory>(FormatFacts facts, in TMemory memory, ulong rootWord, int budget, int firstProblems = 100, FormatLimits? limits = null)
        where TMemory : ITableMemory, allows ref struct
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(firstProblems);
        var level = facts.RootLevel(rootWord);
        if (level > facts.TopLevel) throw new ArgumentException($"root word 0x{rootWord:x} names level {level}; {facts.Name} has levels 0 to {facts.TopLevel}", nameof(rootWord));
        var visit = new TableVisit(facts, limits ?? FormatLimits.None, budget, firstProblems);
        var root = facts.RootAddress(rootWord);
        if (Unsafe.IsNullRef(ref memory.Table(root, (nuint)facts.Levels[level].TableBytes)))
            visit.Add(new TableProblem(TableProblemKind.NotBacked, WalkStatus.NotBacked, facts.TopLevel + 1, new PhysicalAddress(root), 0, rootWord, default));
        else if (facts.IsHatched)
            HatchedValidation.Read(visit, memory, root, level, 0, default);
        else
            Read(visit, memory, root, level, 0);
        return visit.Report();
    }

    /// <summary>Reads one table, then those below it: at most one call for each level at a time.</summary>
    private static void Read<TMemory>(TableVisit visit, in TMemory memory, ulong table, int level, ulong input)
        where TMemory : ITableMemory, allows ref struct
    {
        if (!visit.TryEnter(table, level)) return;
        var here = visit.Facts.Levels[level];
        ref var items = ref TableItems.Of(ref memory.Table(table, (nuint)here.TableBytes));
        // A copy: what is checked of an entry is what was read of it, whatever its owner does meanwhile.
        var words = visit.WordsOf(level);
        for (var index = 0; index < words.Length; index++) words[index] = TableItems.Read(ref items, (nuint)index);
        for (var index = 0; index < words.Length; index++)
        {
            if (!visit.Facts.Present.Holds(words[index])) continue;
            var at = visit.InputOf(here, index, input);
            if (visit.Check(level, table, index, at) is not { } child) continue;
            if (Unsafe.IsNullRef(ref memory.Table(child.Address.Value, (nuint)visit.Facts.Levels[child.ChildLevel].TableBytes)))
                visit.Add(new TableProblem(TableProblemKind.NotBacked, WalkStatus.NotBacked, level, new PhysicalAddress(table), index, words[index], new Iova(at)));
            else
                Read(visit, memory, child.Address.Value, child.ChildLevel, at);
        }
    }
}
