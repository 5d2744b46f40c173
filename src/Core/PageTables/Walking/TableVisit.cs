using System.Collections.Immutable;

namespace Fast.PageTables;

/// <summary>A validation on its way: what was read, what was found.</summary>
internal sealed class TableVisit(FormatFacts facts, FormatLimits limits, int budget, int firstProblems)
{
    private readonly HashSet<(ulong Table, int Level, ulong Beside)> _seen = [];
    private readonly ulong[]?[] _words = new ulong[LeafCounts.MaxLevels][];
    private readonly Dictionary<PageSize, ulong> _leaves = [];
    private readonly ImmutableArray<TableProblem>.Builder _problems = ImmutableArray.CreateBuilder<TableProblem>();
    private readonly (ulong Table, int Start, int Items)[] _lastRuns = new (ulong, int, int)[LeafCounts.MaxLevels];
    private long _problemCount;
    private bool _cut;

    public FormatFacts Facts => facts;

    public FormatLimits Limits => limits;

    /// <summary>Whether a table is to be read: not yet read at that level, and within the budget.</summary>
    /// <param name="table">Its address.</param>
    /// <param name="level">The level; -1 for the last table of larger pages.</param>
    /// <param name="beside">What else decides which of its items are reached.</param>
    public bool TryEnter(ulong table, int level, ulong beside = 0)
    {
        if (_seen.Contains((table, level, beside))) return false;
        if (_seen.Count == budget)
        {
            _cut = true;
            return false;
        }

        _seen.Add((table, level, beside));
        if (level >= 0) _lastRuns[level] = default;
        return true;
    }

    /// <summary>Whether a table was entered.</summary>
    public bool Has(ulong table, int level) => _seen.Contains((table, level, 0));

    /// <summary>Room for the items of the table that is being read at a level.</summary>
    public ulong[] WordsOf(int level) => _words[level] ??= new ulong[facts.Levels[level].Slots << facts.Levels[level].Bits];

    /// <summary>First input address of an item.</summary>
    public ulong InputOf(LevelFacts here, int index, ulong input)
    {
        var at = input | ((ulong)index << here.Shift);
        return facts.SignExtends && facts.InputBits < 64 && (at >> (facts.InputBits - 1) & 1) != 0 ? at | (ulong.MaxValue << facts.InputBits) : at;
    }

    /// <summary>Checks a present entry; the child if it points to a table.</summary>
    public DecodedEntry? Check(int level, ulong table, int index, ulong input)
    {
        var raw = WordsOf(level)[index];
        var decoded = ReferenceDecoder.Decode(facts, level, raw, new Iova(input), limits);
        switch (decoded.Kind)
        {
            case EntryKind.Table:
                return decoded;
            case EntryKind.Fault:
                Add(Problem(TableProblemKind.BadEntry, decoded.Fault));
                return null;
            default:
                var items = 1 << (decoded.Size.Shift - facts.Levels[level].Shift);
                if (items > 1) Run(level, table, index, items, decoded.Size, Problem(TableProblemKind.BrokenRun, WalkStatus.Leaf));
                else if ((raw & StrayBits(facts.Levels[level], level)) != 0) Add(Problem(TableProblemKind.MisalignedLeaf, WalkStatus.Leaf));
                else Count(decoded.Size);
                return null;
        }

        TableProblem Problem(TableProblemKind kind, WalkStatus status) => new(kind, status, level, new PhysicalAddress(table), index, raw, new Iova(input));
    }

    public void Add(TableProblem problem)
    {
        _problemCount++;
        if (_problems.Count < firstProblems) _problems.Add(problem);
    }

    /// <summary>Address bits of a leaf of one item that lie below its size and that the format uses for nothing else.</summary>
    public ulong StrayBits(LevelFacts here, int level)
    {
        var offset = (1UL << here.Shift) - 1;
        var stray = facts.Segments.Aggregate(0UL, (mask, segment) => mask | segment.Entry(offset));
        foreach (var field in facts.Fields)
        {
            if ((field.Kinds & EntryKinds.Leaf) != 0 && level >= field.FromLevel && level <= field.ToLevel) stray &= ~field.Field.Mask;
        }

        return stray;
    }

    /// <summary>Counts a leaf that is right.</summary>
    public void Count(PageSize size) => _leaves[size] = _leaves.GetValueOrDefault(size) + 1;

    public TableReport Report() => new()
    {
        Tables = _seen.Count,
        Leaves = _leaves.ToImmutableSortedDictionary(),
        ProblemCount = _problemCount,
        Problems = _problems.ToImmutable(),
        IsComplete = !_cut,
    };

    /// <summary>A leaf of several items, looked at once: at the first of its items that says so.</summary>
    private void Run(int level, ulong table, int index, int items, PageSize size, TableProblem broken)
    {
        var start = index & ~(items - 1);
        if (_lastRuns[level] == (table, start, items)) return;
        _lastRuns[level] = (table, start, items);
        var words = WordsOf(level).AsSpan(start, items);
        var hints = facts.Levels[level].Contiguity.Kind == ContiguityKind.HintBit;
        // Hardware may note access and writing in any one of the items; where it does not, the dirty bit may be a right (Arm).
        var notes = (words[0] & facts.Dirty.Modifier) == facts.Dirty.Modifier ? facts.Dirty.Mask : 0;
        var kept = ~(facts.AccessedMask | notes);
        var address = facts.Segments.Aggregate(0UL, (mask, segment) => mask | segment.Field.Mask);
        var first = ReferenceDecoder.Address(facts, words[0]).Value;
        var aligned = !hints || (first & size.OffsetMask) == 0;
        for (var item = 0; item < items && aligned; item++)
        {
            aligned = ((words[item] ^ words[0]) & kept & (hints ? ~address : ulong.MaxValue)) == 0
                && (!hints || ReferenceDecoder.Address(facts, words[item]).Value == first + ((ulong)item << facts.Levels[level].Shift));
        }

        if (aligned && ((words[0] ^ broken.Entry) & kept & (hints ? ~address : ulong.MaxValue)) == 0) Count(size);
        else Add(broken);
    }
}
