using System.Runtime.CompilerServices;
using Fast.PageTables;

namespace Fast.Perf.References;

/// <summary>What somebody who writes the walks by hand once, generic over a format of four levels, takes from each format: constants of a struct.</summary>
public interface IHandFormat
{
    /// <summary>Present.</summary>
    static abstract ulong Present { get; }

    /// <summary>A leaf above the last level.</summary>
    static abstract ulong Large { get; }

    /// <summary>The address field.</summary>
    static abstract ulong Address { get; }

    /// <summary>Allows writing.</summary>
    static abstract ulong Write { get; }

    /// <summary>Allows user mode.</summary>
    static abstract ulong User { get; }

    /// <summary>Denies execution.</summary>
    static abstract ulong NoExecute { get; }
}

/// <summary>x86-64, four levels.</summary>
public readonly struct HandX64L4 : IHandFormat
{
    /// <inheritdoc/>
    public static ulong Present => 1;

    /// <inheritdoc/>
    public static ulong Large => 0x80;

    /// <inheritdoc/>
    public static ulong Address => 0x000F_FFFF_FFFF_F000;

    /// <inheritdoc/>
    public static ulong Write => 2;

    /// <inheritdoc/>
    public static ulong User => 4;

    /// <inheritdoc/>
    public static ulong NoExecute => 1UL << 63;
}

/// <summary>Walks by hand: levels written out, constants static and abstract.</summary>
public static class HandWritten
{
    /// <summary>The output address, or all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Translate<TFormat>(ArenaMemory memory, ulong root, ulong input)
        where TFormat : struct, IHandFormat
    {
        if ((ulong)((long)(input << 16) >> 16) != input) return ulong.MaxValue;
        var pgd = Item(memory, root, input, 39);
        if ((pgd & TFormat.Present) == 0) return ulong.MaxValue;
        var pud = Item(memory, pgd & TFormat.Address, input, 30);
        if ((pud & TFormat.Present) == 0) return ulong.MaxValue;
        if ((pud & TFormat.Large) != 0) return Output<TFormat>(pud, input, 30);
        var pmd = Item(memory, pud & TFormat.Address, input, 21);
        if ((pmd & TFormat.Present) == 0) return ulong.MaxValue;
        if ((pmd & TFormat.Large) != 0) return Output<TFormat>(pmd, input, 21);
        var pte = Item(memory, pmd & TFormat.Address, input, 12);
        return (pte & TFormat.Present) != 0 ? Output<TFormat>(pte, input, 12) : ulong.MaxValue;
    }

    /// <summary>The leaf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Follow<TFormat>(ArenaMemory memory, ulong root, ulong input, out Leaf leaf)
        where TFormat : struct, IHandFormat
    {
        leaf = default;
        if ((ulong)((long)(input << 16) >> 16) != input) return false;
        var pgd = Item(memory, root, input, 39);
        if ((pgd & TFormat.Present) == 0) return false;
        var pud = Item(memory, pgd & TFormat.Address, input, 30);
        if ((pud & TFormat.Present) == 0) return false;
        var (allow, deny) = (pgd & pud, pgd | pud);
        if ((pud & TFormat.Large) != 0)
        {
            leaf = LeafOf<TFormat>(pud, input, 30, allow, deny);
            return true;
        }

        var pmd = Item(memory, pud & TFormat.Address, input, 21);
        if ((pmd & TFormat.Present) == 0) return false;
        (allow, deny) = (allow & pmd, deny | pmd);
        if ((pmd & TFormat.Large) != 0)
        {
            leaf = LeafOf<TFormat>(pmd, input, 21, allow, deny);
            return true;
        }

        var pte = Item(memory, pmd & TFormat.Address, input, 12);
        if ((pte & TFormat.Present) == 0) return false;
        leaf = LeafOf<TFormat>(pte, input, 12, allow & pte, deny | pte);
        return true;
    }

    /// <summary>A straight loop over the large leaves of one table, merged into runs, rights of the level above included; returns the number of runs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int RunsOfLargeLeaves<TFormat>(ArenaMemory memory, ulong root, IovaRange range, Span<Run> runs)
        where TFormat : struct, IHandFormat
    {
        var pgd = Item(memory, root, range.Start.Value, 39);
        if ((pgd & TFormat.Present) == 0) return 0;
        var rights = TFormat.Write | TFormat.User | TFormat.NoExecute;
        var (at, open, count) = (range.Start.Value, 0UL, 0);
        for (; at <= range.Last.Value; at += 1UL << 30)
        {
            var pud = Item(memory, pgd & TFormat.Address, at, 30);
            if ((pud & (TFormat.Present | TFormat.Large)) != (TFormat.Present | TFormat.Large)) return count;
            var compared = pud & (TFormat.Address | rights);
            if (count != 0 && compared == open)
            {
                var last = runs[count - 1];
                runs[count - 1] = new Run(last.Start, last.Pfn, last.Pages + (1UL << 18), last.Permissions);
            }
            else
            {
                var leaf = LeafOf<TFormat>(pud, at, 30, pgd & pud, pgd | pud);
                runs[count++] = new Run(new Iova(at), leaf.Pfn, 1UL << 18, leaf.Permissions);
            }

            open = compared + (1UL << 30);
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Item(ArenaMemory memory, ulong table, ulong input, int shift) =>
        TableItems.Read(ref TableItems.Of(ref memory.Table(table, 4096)), (nuint)(input >> shift) & 511);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Output<TFormat>(ulong entry, ulong input, int shift)
        where TFormat : struct, IHandFormat
    {
        var offset = (1UL << shift) - 1;
        return (entry & TFormat.Address & ~offset) | (input & offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Leaf LeafOf<TFormat>(ulong entry, ulong input, int shift, ulong allow, ulong deny)
        where TFormat : struct, IHandFormat => new(
        new Pfn(Output<TFormat>(entry, input, shift) >> 12),
        new PageSize(shift),
        (Permissions)(1UL | ((allow & TFormat.Write) != 0 ? 2UL : 0) | ((deny & TFormat.NoExecute) == 0 ? 4UL : 0) | ((allow & TFormat.User) != 0 ? 8UL : 0)));
}
