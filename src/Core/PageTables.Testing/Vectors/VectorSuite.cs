using System.Globalization;

namespace Fast.PageTables.Testing;

/// <summary>
/// Holds the facts of one format to all its vectors. A function of the facts, so that it can be run with facts that are wrong on purpose.
/// </summary>
internal sealed class VectorSuite
{
    private readonly FormatLimits _usual;

    public VectorSuite(FormatProbe probe, IEnumerable<VectorRow> rows)
    {
        Probe = probe;
        var mine = rows.Where(row => row.List(0).Contains(probe.Facts.Name)).ToList();
        if (mine.Count == 0) throw new FormatCheckException($"no row names {probe.Facts.Name}");
        // An implementation has everything that the declaration knows, unless the file says otherwise.
        _usual = mine.Where(row => row.Kind == "usual").SelectMany(row => row.List(1)).Select(setting => setting.Split('='))
            .Aggregate(FormatLimits.None, (limits, pair) => Changed(limits, pair[0], pair[1]));
        var rights = mine.Find(row => row.Kind == "rights")?[1];
        mine = [.. mine.Select(row => row with { Rights = rights })];
        Entries = [.. mine.Where(row => row.Kind == "entry")];
        Layouts = [.. mine.Where(row => row.Kind == "layout")];
        Shapes = [.. mine.Where(row => ShapeVectors.Kinds.Contains(row.Kind))];
        BestSizes = [.. mine.Where(row => row.Kind == "best")];
        Undecided = [.. mine.Where(row => row.Kind == "undecided").Select(row => row[1])];
    }

    public FormatProbe Probe { get; }

    /// <summary>Rows about single entries.</summary>
    public IReadOnlyList<VectorRow> Entries { get; }

    /// <summary>Rows about the bits of entries.</summary>
    public IReadOnlyList<VectorRow> Layouts { get; }

    /// <summary>Rows about the format as a whole.</summary>
    public IReadOnlyList<VectorRow> Shapes { get; }

    /// <summary>Rows about the largest leaf of a range.</summary>
    public IReadOnlyList<VectorRow> BestSizes { get; }

    /// <summary>Changed facts that no vector can tell from the declared ones.</summary>
    public IReadOnlyList<string> Undecided { get; }

    /// <summary>The implementation that a row is about: the usual one, and what its note changes.</summary>
    public FormatLimits Limits(VectorRow row) => row.Settings.Aggregate(_usual, (limits, setting) => Changed(limits, setting.Key, setting.Value));

    /// <summary>What <paramref name="facts"/> get wrong, cheapest rows first.</summary>
    public IEnumerable<string> Failures(FormatFacts facts) =>
        Shapes.Where(row => !ShapeVectors.Holds(row, facts)).Select(row => row.ToString())
            .Concat(Layouts.SelectMany(row => LayoutVectors.Failures(row, facts)))
            .Concat(Entries.Select(row => EntryFailure(row, facts)).OfType<string>());

    /// <summary>What emitted code gets wrong of a row: a walk through a path made for it. Nothing where the row is about another implementation.</summary>
    public string? WalkFailure(VectorRow row, out bool run)
    {
        var (facts, level, raw, input) = (Probe.Facts, row.Number(1), row.Word(2), row.Word(3));
        var found = Walk(facts, level, raw, input, row);
        // Emitted code is an implementation that has everything: rows for lesser ones are another matter.
        run = EntryVectors.Describe(row, facts, Limits(row)) == EntryVectors.Describe(row, facts, FormatLimits.None);
        return !run || found == EntryVectors.Expected(row, fields: false) ? null : $"{row}: walked to '{found}'";
    }

    /// <summary>Where emitted code and the plain walker part: at the sound entry of a layout, and at each with one bit turned.</summary>
    public IEnumerable<string> LayoutWalkFailures(VectorRow row)
    {
        var (facts, level, sound) = (Probe.Facts, LayoutVectors.Place(row).Level, row.Word(2));
        var tables = new RawTables(facts, Distant(facts));
        var table = tables.TableAt(0, level);
        for (var bit = -1; bit < 8 * facts.EntryBytes; bit++)
        {
            tables[table, 0] = bit < 0 ? sound : sound ^ (1UL << bit);
            var asked = new List<ulong>();
            var walk = Probe.Walk(new RecordingMemory(tables, asked), tables.RootWord, new Iova(0));
            var plainAsked = new List<ulong>();
            var plain = ReferenceWalker.Walk(facts, new RecordingMemory(tables, plainAsked), tables.RootWord, new Iova(0), FormatLimits.None);
            if (walk != plain || asked[^1] != plainAsked[^1]) yield return $"{row[1]} {tables[table, 0]:X}: {walk}, plainly {plain}";
        }
    }

    /// <summary>What is wrong about the largest leaf of a row's range: by trying every size, and as the emitted map writes it.</summary>
    public IEnumerable<string> BestSizeFailures(VectorRow row)
    {
        var (input, last, output) = (row.Word(1), row.Word(2), row.Word(3));
        var tried = MapModel.Best(Probe.Facts, input, last, output) is { } best ? best.Shift.ToString(CultureInfo.InvariantCulture) : "none";
        if (tried != row[4]) yield return $"{row}: trying every size finds {tried}";
        var written = Probe.FirstLeaf?.Invoke(input, last, output) is { } shift ? shift.ToString(CultureInfo.InvariantCulture) : "none";
        if (Probe.FirstLeaf != null && written != row[4]) yield return $"{row}: the map writes {written}";
    }

    /// <summary>Bits of an entry that no layout of its level and kind speaks of.</summary>
    public ulong Uncovered(int level, bool leaf) => Bits.EntryMask(Probe.Facts) & ~Layouts
        .Where(row => LayoutVectors.Place(row) == (level, leaf) && row.Settings.Count == 0)
        .Aggregate(0UL, (mask, row) => mask | LayoutVectors.Covered(row));

    private static FormatLimits Changed(FormatLimits limits, string key, string value) => (key, value) switch
    {
        ("M", _) => limits with { PhysicalBits = int.Parse(value, CultureInfo.InvariantCulture) },
        (_, "0") => limits with { AbsentFeatures = limits.AbsentFeatures.Add(key) },
        (_, "1") => limits with { AbsentFeatures = limits.AbsentFeatures.Remove(key) },
        _ => throw new FormatCheckException($"unknown setting {key}={value}: use M=BITS for the physical width, FEATURE=0 or FEATURE=1"),
    };

    /// <summary>What the plain decoder gets wrong of a row.</summary>
    private string? EntryFailure(VectorRow row, FormatFacts facts)
    {
        var found = EntryVectors.Describe(row, facts, Limits(row));
        return found == EntryVectors.Expected(row, fields: true) ? null : $"{row}: {found}";
    }

    // Far from every table that a vector names, as far as the format's addresses reach.
    private static ulong Distant(FormatFacts facts) => 0x35A_0000_0000 & (facts.OutputBits >= 46 ? ulong.MaxValue : (1UL << (facts.OutputBits - 1)) - 1) & ~0x3F_FFFFUL;

    private string Walk(FormatFacts facts, int level, ulong raw, ulong input, VectorRow row)
    {
        var tables = new RawTables(facts, Distant(facts));
        tables.SetLeaf(input, level, raw);
        var asked = new List<ulong>();
        var walk = Probe.Walk(new RecordingMemory(tables, asked), tables.RootWord, new Iova(input));
        if (walk.Status != WalkStatus.NotBacked && (walk.Level != level || walk.Entry != raw)) return $"{walk} instead of the row's entry";
        return EntryVectors.Describe(row, facts, walk, asked[^1]);
    }
}
