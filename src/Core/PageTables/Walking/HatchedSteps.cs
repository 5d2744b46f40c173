namespace Fast.PageTables;

/// <summary>
/// A plain walk through entries that pass through a format's own code, item by item: it says which item it wants, is given it, and goes on or ends.
/// Who reads the items knows the memory: host memory, or that of a guest.
/// </summary>
internal ref struct HatchedSteps
{
    private readonly FormatFacts _facts;
    private readonly FormatLimits _limits;
    private readonly Iova _input;
    private HatchedEntry _hatched;
    private int _slot;
    // Of a dual entry: its table, what points to it, and what is reported if neither last table says anything.
    private (ulong Table, ulong Above) _pair;
    private (WalkStatus Status, int Level, ulong Entry) _end;

    public HatchedSteps(FormatFacts facts, ulong root, Iova input, FormatLimits limits)
    {
        (_facts, _input, _limits) = (facts, input, limits);
        (Table, Above, Level) = (root, root, facts.TopLevel);
        _slot = Level == 0 ? HatchedDecoding.SlotOf(facts, 0) : 0;
    }

    /// <summary>Level of the table whose item is wanted.</summary>
    public int Level { get; private set; }

    /// <summary>That table.</summary>
    public ulong Table { get; private set; }

    /// <summary>The entry that points to it.</summary>
    public ulong Above { get; private set; }

    /// <summary>How the walk ended.</summary>
    public WalkResult Result { get; private set; }

    /// <summary>Geometry of the table.</summary>
    public readonly LevelFacts Here => HatchedDecoding.TableOf(_facts, Level, _slot);

    /// <summary>Number of the word that is wanted.</summary>
    public readonly nuint Word
    {
        get
        {
            var index = (nuint)(_input.Value >> Here.Shift) & (((nuint)1 << Here.Bits) - 1);
            return IsDual ? (2 * index) + (nuint)_slot : index;
        }
    }

    private readonly bool IsDual => Level == 1 && _facts.BigTable != null;

    private readonly bool IsBig => Level == 0 && _slot == 0 && _facts.BigTable != null;

    /// <summary>Takes the item that was wanted; <see langword="false"/> when the walk has ended.</summary>
    public bool TryGoOn(ulong raw)
    {
        var decoded = HatchedDecoding.Decode(_facts, Level, _slot, raw, _input, _limits, ref _hatched);
        if (decoded.Kind == EntryKind.Leaf)
        {
            var offset = (1UL << Here.Shift) - 1;
            var pfn = Pfn.Of(new PhysicalAddress(decoded.Address.Value | (_input.Value & offset)));
            Result = WalkResult.AtLeaf(Level, raw, new Leaf(pfn, decoded.Size, _hatched.Permissions));
            return false;
        }

        // What code or declaration took for a leaf or a table ends the walk when a bit of it is wrong.
        if (decoded.Kind == EntryKind.Fault && _hatched.Kind is EntryKind.Leaf or EntryKind.Table) return End(decoded.Fault, Level, raw);
        if (IsDual) return _slot == 0 ? AtLow(decoded, raw) : AtHigh(decoded, raw);
        if (decoded.Kind == EntryKind.Table) return Enter(decoded, raw, HatchedDecoding.SlotOf(_facts, decoded.ChildLevel));
        if (!IsBig || decoded.Kind != EntryKind.NotPresent) return End(_hatched.Status, Level, raw);
        _end = (WalkStatus.NotPresent, 0, raw);
        return ReadHigh();
    }

    private bool AtLow(DecodedEntry decoded, ulong raw)
    {
        _pair = (Table, Above);
        _end = (_hatched.Status, 1, raw);
        return decoded.Kind == EntryKind.Table ? Enter(decoded, raw, 0) : ReadHigh();
    }

    private bool AtHigh(DecodedEntry decoded, ulong raw) => decoded.Kind == EntryKind.Table ? Enter(decoded, raw, 1) : End(_end.Status, _end.Level, _end.Entry);

    private bool ReadHigh()
    {
        (Table, Above, Level, _slot) = (_pair.Table, _pair.Above, 1, 1);
        return true;
    }

    private bool Enter(DecodedEntry decoded, ulong raw, int slot)
    {
        (Table, Above, Level, _slot) = (decoded.Address.Value, raw, decoded.ChildLevel, slot);
        return true;
    }

    private bool End(WalkStatus status, int level, ulong raw)
    {
        Result = WalkResult.Ended(status, level, raw);
        return false;
    }
}
