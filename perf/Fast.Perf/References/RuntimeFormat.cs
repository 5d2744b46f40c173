using System.Runtime.CompilerServices;
using Fast.PageTables;

namespace Fast.Perf.References;

/// <summary>
/// The same walk with the format in fields that are read at run time, level by level: how one loop for all formats is written without generation. Nothing in it is
/// slower than it need be.
/// </summary>
public sealed class RuntimeFormat
{
    private readonly int[] _shifts;
    private readonly ulong _present;
    private readonly ulong _large;
    private readonly ulong _address;
    private readonly ulong _write;
    private readonly ulong _user;
    private readonly ulong _noExecute;
    private readonly int _inputBits;

    /// <summary>A format with 512 items a table and an 8-byte entry.</summary>
    public RuntimeFormat(int[] shifts, ulong present, ulong large, ulong address, ulong write, ulong user, ulong noExecute, int inputBits) =>
        (_shifts, _present, _large, _address, _write, _user, _noExecute, _inputBits) = (shifts, present, large, address, write, user, noExecute, inputBits);

    /// <summary>x86-64, four levels.</summary>
    public static RuntimeFormat X64L4 { get; } = new([39, 30, 21, 12], 1, 0x80, 0x000F_FFFF_FFFF_F000, 2, 4, 1UL << 63, 48);

    /// <summary>The output address, or all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong Translate(ArenaMemory memory, ulong root, ulong input)
    {
        if ((ulong)((long)(input << (64 - _inputBits)) >> (64 - _inputBits)) != input) return ulong.MaxValue;
        var table = root;
        foreach (var shift in _shifts)
        {
            var entry = TableItems.Read(ref TableItems.Of(ref memory.Table(table, 4096)), (nuint)(input >> shift) & 511);
            if ((entry & _present) == 0) return ulong.MaxValue;
            if (shift == 12 || (entry & _large) != 0)
            {
                var offset = (1UL << shift) - 1;
                return (entry & _address & ~offset) | (input & offset);
            }

            table = entry & _address;
        }

        return ulong.MaxValue;
    }

    /// <summary>The leaf: frame, size and what all levels allow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Follow(ArenaMemory memory, ulong root, ulong input, out Leaf leaf)
    {
        leaf = default;
        if ((ulong)((long)(input << (64 - _inputBits)) >> (64 - _inputBits)) != input) return false;
        var (table, allow, deny) = (root, ulong.MaxValue, 0UL);
        foreach (var shift in _shifts)
        {
            var entry = TableItems.Read(ref TableItems.Of(ref memory.Table(table, 4096)), (nuint)(input >> shift) & 511);
            if ((entry & _present) == 0) return false;
            allow &= entry;
            deny |= entry;
            if (shift == 12 || (entry & _large) != 0)
            {
                var offset = (1UL << shift) - 1;
                var permissions = Permissions.Read;
                if ((allow & _write) != 0) permissions |= Permissions.Write;
                if ((allow & _user) != 0) permissions |= Permissions.User;
                if ((deny & _noExecute) == 0) permissions |= Permissions.Execute;
                leaf = new Leaf(new Pfn(((entry & _address & ~offset) | (input & offset)) >> 12), new PageSize(shift), permissions);
                return true;
            }

            table = entry & _address;
        }

        return false;
    }

    /// <summary>Merges the leaves of a range into runs, one walk per leaf; returns the number of runs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Runs(ArenaMemory memory, ulong root, IovaRange range, Span<Run> runs)
    {
        var count = 0;
        var at = range.Start.Value;
        while (at <= range.Last.Value && Follow(memory, root, at, out var leaf))
        {
            var pages = leaf.Size.Bytes >> Pfn.Shift;
            if (count != 0 && runs[count - 1] is var open && open.Pfn + open.Pages == leaf.Pfn && open.Permissions == leaf.Permissions)
                runs[count - 1] = new Run(open.Start, open.Pfn, open.Pages + pages, open.Permissions);
            else
                runs[count++] = new Run(new Iova(at), leaf.Pfn, pages, leaf.Permissions);
            at += leaf.Size.Bytes;
        }

        return count;
    }
}
