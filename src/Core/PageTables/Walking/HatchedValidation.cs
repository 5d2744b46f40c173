using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>The part of <see cref="TableValidator"/> for formats whose entries pass through code of their own, dual entries included.</summary>
internal static class HatchedValidation
{
    // Not the address of a table.
    private const ulong NoTable = ulong.MaxValue;

    /// <summary>Reads one table that is backed, then those below it: at most one call for each level at a time.</summary>
    public static void Read<TMemory>(TableVisit visit, in TMemory memory, ulong table, int level, ulong input, HatchedEntry above)
        where TMemory : ITableMemory, allows ref struct
    {
        if (!visit.TryEnter(table, level)) return;
        var here = visit.Facts.Levels[level];
        var words = visit.WordsOf(level);
        Copy(memory, table, here, words);
        var dual = level == 1 && visit.Facts.BigTable != null;
        for (var index = 0; index < 1 << here.Bits; index++)
        {
            var at = visit.InputOf(here, index, input);
            if (dual)
            {
                ReadPair(visit, memory, new Item(table, 1, 0, index, words[2 * index], at), words[(2 * index) + 1], above);
                continue;
            }

            var hatched = above;
            var item = new Item(table, level, HatchedDecoding.SlotOf(visit.Facts, level), index, words[index], at);
            var child = Check(visit, item, ref hatched);
            if (child is { } below && IsBacked(visit, memory, item, below, HatchedDecoding.SlotOf(visit.Facts, below.ChildLevel)))
                Read(visit, memory, below.Address.Value, below.ChildLevel, at, hatched);
        }
    }

    /// <summary>A dual entry: the table of larger pages decides first, and where it says nothing, the other one.</summary>
    private static void ReadPair<TMemory>(TableVisit visit, in TMemory memory, Item low, ulong highWord, HatchedEntry hatched)
        where TMemory : ITableMemory, allows ref struct
    {
        var decoded = Decode(visit, low, ref hatched);
        var big = NoTable;
        var silent = new bool[1 << visit.Facts.BigTable!.Bits];
        if (decoded.Kind == EntryKind.Leaf || IsRefused(decoded, hatched))
        {
            Note(visit, low, decoded);
            return;
        }

        if (decoded.Kind == EntryKind.Table)
        {
            if (!IsBacked(visit, memory, low, decoded, 0)) return;
            big = decoded.Address.Value;
            if (!ReadBig(visit, memory, big, low.Input, ref hatched, silent)) return;
        }
        else
        {
            Array.Fill(silent, true);
        }

        // Reached first where the table of larger pages is silent first.
        var reached = visit.InputOf(visit.Facts.BigTable!, Math.Max(0, Array.IndexOf(silent, true)), low.Input);
        var high = low with { Slot = 1, Raw = highWord, Input = reached };
        var second = Decode(visit, high, ref hatched);
        if (IsRefused(second, hatched))
        {
            if (silent.Contains(true)) Note(visit, high, second);
        }
        else if (second.Kind != EntryKind.Table)
        {
            // What the low word says is what a walk reports; a table of larger pages has said it itself.
            if (decoded.Kind != EntryKind.Table) Note(visit, low, decoded);
        }
        else if (silent.Contains(true) && IsBacked(visit, memory, high, second, 1) && visit.TryEnter(second.Address.Value, 0, big))
        {
            ReadSmall(visit, memory, second.Address.Value, low.Input, hatched, silent);
        }
    }

    /// <summary>Reads the table of larger pages and tells where it says nothing; <see langword="false"/> when the budget does not allow it.</summary>
    private static bool ReadBig<TMemory>(TableVisit visit, in TMemory memory, ulong table, ulong input, ref HatchedEntry hatched, bool[] silent)
        where TMemory : ITableMemory, allows ref struct
    {
        // One that was reached before is read again to know where it is silent, but told of once.
        var isNew = visit.TryEnter(table, -1);
        if (!isNew && !visit.Has(table, -1)) return false;
        var here = visit.Facts.BigTable!;
        Span<ulong> words = new ulong[1 << here.Bits];
        Copy(memory, table, here, words);
        var above = hatched;
        for (var index = 0; index < words.Length; index++)
        {
            hatched = above;
            var item = new Item(table, 0, 0, index, words[index], visit.InputOf(here, index, input));
            var decoded = Decode(visit, item, ref hatched);
            silent[index] = decoded.Kind == EntryKind.NotPresent;
            if (isNew) Note(visit, item, decoded);
        }

        hatched = above;
        return true;
    }

    private static void ReadSmall<TMemory>(TableVisit visit, in TMemory memory, ulong table, ulong input, HatchedEntry above, bool[] silent)
        where TMemory : ITableMemory, allows ref struct
    {
        var here = visit.Facts.Levels[0];
        var words = visit.WordsOf(0);
        Copy(memory, table, here, words);
        var perBig = visit.Facts.BigTable!.Shift - here.Shift;
        for (var index = 0; index < words.Length; index++)
        {
            if (!silent[index >> perBig]) continue;
            var hatched = above;
            Check(visit, new Item(table, 0, 1, index, words[index], visit.InputOf(here, index, input)), ref hatched);
        }
    }

    /// <summary>Checks an entry; the child if it points to a table.</summary>
    private static DecodedEntry? Check(TableVisit visit, in Item item, ref HatchedEntry hatched)
    {
        var decoded = Decode(visit, item, ref hatched);
        if (decoded.Kind == EntryKind.Table) return decoded;
        Note(visit, item, decoded);
        return null;
    }

    private static DecodedEntry Decode(TableVisit visit, in Item item, ref HatchedEntry hatched) =>
        HatchedDecoding.Decode(visit.Facts, item.Level, item.Slot, item.Raw, new Iova(item.Input), visit.Limits, ref hatched);

    /// <summary>Whether an entry is what its declaration or code took it for, but with a bit that is wrong: then it ends the walk.</summary>
    private static bool IsRefused(DecodedEntry decoded, HatchedEntry hatched) => decoded.Kind == EntryKind.Fault && hatched.Kind is EntryKind.Leaf or EntryKind.Table;

    /// <summary>Counts a leaf, or tells what is wrong.</summary>
    private static void Note(TableVisit visit, in Item item, DecodedEntry decoded)
    {
        if (decoded.Kind == EntryKind.Leaf)
        {
            if ((item.Raw & visit.StrayBits(HatchedDecoding.TableOf(visit.Facts, item.Level, item.Slot), item.Level)) != 0) visit.Add(item.Problem(TableProblemKind.MisalignedLeaf, WalkStatus.Leaf));
            else visit.Count(decoded.Size);
        }
        else if (decoded.Kind == EntryKind.Fault && decoded.Fault is not (WalkStatus.Sparse or WalkStatus.NoSmallPages or WalkStatus.MapsNowhere))
        {
            // The three are ways of not being present, by intent.
            visit.Add(item.Problem(TableProblemKind.BadEntry, decoded.Fault));
        }
    }

    private static bool IsBacked<TMemory>(TableVisit visit, in TMemory memory, in Item item, DecodedEntry child, int slot)
        where TMemory : ITableMemory, allows ref struct
    {
        var bytes = (nuint)HatchedDecoding.TableOf(visit.Facts, child.ChildLevel, slot).TableBytes;
        if (!Unsafe.IsNullRef(ref memory.Table(child.Address.Value, bytes))) return true;
        visit.Add(item.Problem(TableProblemKind.NotBacked, WalkStatus.NotBacked));
        return false;
    }

    /// <summary>What is checked of an entry is what was read of it, whatever its owner does meanwhile.</summary>
    private static void Copy<TMemory>(in TMemory memory, ulong table, LevelFacts here, Span<ulong> words)
        where TMemory : ITableMemory, allows ref struct
    {
        ref var items = ref TableItems.Of(ref memory.Table(table, (nuint)here.TableBytes));
        for (var index = 0; index < words.Length; index++) words[index] = TableItems.Read(ref items, (nuint)index);
    }

    /// <summary>An entry and where it stands.</summary>
    private readonly record struct Item(ulong Table, int Level, int Slot, int Index, ulong Raw, ulong Input)
    {
        public TableProblem Problem(TableProblemKind kind, WalkStatus status) => new(kind, status, Level, new PhysicalAddress(Table), Index, Raw, new Iova(Input));
    }
}
