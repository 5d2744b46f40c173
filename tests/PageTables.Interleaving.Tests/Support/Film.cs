using System.Runtime.CompilerServices;

namespace Fast.PageTables.Interleaving.Tests;

/// <summary>
/// All that a reader could see while two writers took turns: the tables after each step that changed them. A reader's walk is one read per level, each at the same
/// step as the one before or at a later one; the emitted walk is run for each such choice. It only reads, so what it does to the writers is that it keeps freed tables from
/// being reused: that it does for real, from the step on at which it entered.
/// </summary>
internal sealed class Film<TFormat>(Stage<TFormat> stage, Iova input, int? entersAfter, Translation?[] legal)
    where TFormat : struct, IProtectFormat, ISplitFormat
{
    private static readonly int WordsPerTable = TFormat.Facts.Levels.Max(level => level.TableBytes) / sizeof(ulong);
    private readonly List<Frame> _frames = [];
    private Invalidation.Snapshot _snapshot;
    private ulong _tables = stage.Arena.TablesInUse;
    private int _start = -1;

    /// <summary>Tables that were freed.</summary>
    public int Freed { get; private set; }

    /// <summary>Walks that were tried.</summary>
    public long Walks { get; private set; }

    /// <summary>Notes how the tables are now. The reader enters when as many were freed as was asked for; never, if nothing was.</summary>
    public void Take()
    {
        if (stage.Arena.TablesInUse < _tables) Freed++;
        _tables = stage.Arena.TablesInUse;
        if (_start < 0 && Freed >= (entersAfter ?? 0))
        {
            // It stays to the end: when it leaves matters to later readers only.
            if (entersAfter is not null) stage.Arena.EnterReader();
            _snapshot = stage.Table.Invalidation.Take();
            _start = _frames.Count;
        }

        var frame = new Frame(Words(), stage.Now(input), _start >= 0 && stage.Table.Invalidation.Holds(_snapshot));
        if (_frames.Count == 0 || _start == _frames.Count || !frame.Shows(_frames[^1])) _frames.Add(frame);
    }

    /// <summary>Tries every walk.</summary>
    /// <returns>What went wrong, or <see langword="null"/>.</returns>
    public string? Watch()
    {
        if (_frames.Find(frame => !legal.Contains(Translation.Of(frame.Now))) is { } wrong) return $"there is {Tell(wrong.Now)} at {input}, which nobody asked for";
        if (_start < 0) return null;
        var cursor = new Cursor();
        var memory = new Memory(_frames, cursor);
        for (var first = _start; first < _frames.Count; first++)
            for (var second = first; second < _frames.Count; second++)
                for (var third = second; third < _frames.Count; third++)
                {
                    cursor.Begin(first, second, third);
                    Leaf? found = TFormat.Follow(memory, stage.Table.RootWord, input, out var leaf) ? leaf : null;
                    Walks++;
                    if (Judge(found, cursor, first) is { } problem) return $"{problem}; reads at steps {string.Join(", ", cursor.Reads)} of {_frames.Count}";
                    // The later reads did not take place: their steps make no difference.
                    if (cursor.Count < 3) third = _frames.Count;
                    if (cursor.Count < 2) second = _frames.Count;
                }

        return null;
    }

    private string? Judge(Leaf? found, Cursor cursor, int first)
    {
        if (cursor.ReadFreed) return "the reader read a freed table";
        if (cursor.Count > TFormat.Facts.TopLevel + 1) return $"the walk took {cursor.Count} reads";
        var last = cursor.Last;
        var wasTrue = false;
        for (var step = first; step <= last; step++) wasTrue |= _frames[step].Now == found;
        if (!wasTrue) return $"the walk of {input} yields {Tell(found)}, which was true at no time while it ran";
        if (found is null) return null;
        for (var step = last; step < _frames.Count; step++)
            if (_frames[step].Holds && _frames[step].Now != found) return $"{Tell(found)} at {input} was validated, but there is {Tell(_frames[step].Now)}";
        return null;
    }

    private ulong[] Words()
    {
        var words = new ulong[Piece.ArenaSlots * WordsPerTable];
        for (var i = 0; i < words.Length; i++)
            words[i] = TableItems.Read(ref TableItems.Of(ref stage.Arena.Memory.Table((ulong)(i / WordsPerTable) * Piece.Page, 0)), (nuint)(i % WordsPerTable));
        return words;
    }

    private static string Tell(Leaf? leaf) => leaf?.ToString() ?? "nothing";

    private sealed record Frame(ulong[] Words, Leaf? Now, bool Holds)
    {
        public bool Shows(Frame other) => Holds == other.Holds && Words.AsSpan().SequenceEqual(other.Words);
    }

    /// <summary>At which step each read of the walk takes place.</summary>
    private sealed class Cursor
    {
        private readonly int[] _steps = new int[3];

        public int Count { get; private set; }

        public bool ReadFreed { get; set; }

        public int Last => _steps[Math.Min(Count, 3) - 1];

        public IEnumerable<int> Reads => _steps.Take(Count);

        public void Begin(int first, int second, int third)
        {
            (_steps[0], _steps[1], _steps[2]) = (first, second, third);
            (Count, ReadFreed) = (0, false);
        }

        public int Next() => _steps[Math.Min(Count++, 2)];
    }

    private readonly struct Memory(List<Frame> frames, Cursor cursor) : ITableMemory
    {
        public static bool AlwaysBacked => true;

        public ref byte Table(ulong address, nuint bytes)
        {
            var table = frames[cursor.Next()].Words.AsSpan((int)(address / Piece.Page) * WordsPerTable, WordsPerTable);
            cursor.ReadFreed |= table.Contains(TableArena.FreedItem);
            return ref Unsafe.As<ulong, byte>(ref table[0]);
        }
    }
}
