namespace Fast.PageTables.Tests;

/// <summary>
/// Holds the facts of one format to all its vectors. A function of the facts, so that it can be run with facts that are wrong on purpose.
/// </summary>
internal sealed class VectorSuite
{
    public VectorSuite(FormatProbe probe)
    {
        Probe = probe;
        var name = probe.Facts.Name;
        Entries =
        [
            .. from source in VectorSource.All
               from row in VectorFile.Read(source.File)
               where source.NotRun(row) == null && source.Targets(row).Contains(name) && row.Number(1) <= probe.Facts.TopLevel
               select (row, source.Limits(row)),
        ];
        Layouts = [.. VectorFile.ReadAll("layout-").Where(row => row.List(0).Contains(name))];
        Shapes = [.. ShapeVectors.Files.SelectMany(VectorFile.Read).Where(row => row.List(0).Contains(name))];
    }

    public static IReadOnlyList<VectorSuite> All { get; } = [.. FormatProbe.All.Select(probe => new VectorSuite(probe))];

    public FormatProbe Probe { get; }

    /// <summary>Rows about single entries, each with the implementation it is about.</summary>
    public IReadOnlyList<(VectorRow Row, FormatLimits Limits)> Entries { get; }

    /// <summary>Rows about the bits of entries.</summary>
    public IReadOnlyList<VectorRow> Layouts { get; }

    /// <summary>Rows about the format as a whole.</summary>
    public IReadOnlyList<VectorRow> Shapes { get; }

    /// <summary>What <paramref name="facts"/> get wrong, cheapest rows first.</summary>
    public IEnumerable<string> Failures(FormatFacts facts) =>
        Shapes.Where(row => !ShapeVectors.Holds(row, facts)).Select(row => row.ToString())
            .Concat(Layouts.SelectMany(row => LayoutVectors.Failures(row, facts)))
            .Concat(Entries.Select(entry => EntryFailure(entry.Row, entry.Limits, facts)).OfType<string>());

    /// <summary>What the plain decoder gets wrong of a row.</summary>
    public static string? EntryFailure(VectorRow row, FormatLimits limits, FormatFacts facts)
    {
        var found = EntryVectors.Describe(row, facts, limits);
        return found == EntryVectors.Expected(row, fields: true) ? null : $"{facts.Name}, {row}: {found}";
    }

    /// <summary>What emitted code gets wrong of a row: a walk through a path made for it. Nothing where the row is about another implementation.</summary>
    public string? WalkFailure(VectorRow row, out bool run)
    {
        var (facts, level, raw, input) = (Probe.Facts, row.Number(1), row.Word(2), row.Word(3));
        var found = Walk(facts, level, raw, input, row);
        // Emitted code is an implementation that has everything: rows for lesser ones are another matter.
        var limits = VectorSource.All.First(source => source.File == row.File).Limits(row);
        run = EntryVectors.Describe(row, facts, limits) == EntryVectors.Describe(row, facts, FormatLimits.None);
        return !run || found == EntryVectors.Expected(row, fields: false) ? null : $"{facts.Name}, {row}: walked to '{found}'";
    }

    /// <summary>Where emitted code and the plain walker part: at the sound entry of a layout, and at each with one bit turned.</summary>
    public IEnumerable<string> LayoutWalkFailures(VectorRow row)
    {
        var (facts, level, sound) = (Probe.Facts, LayoutVectors.Place(row).Level, row.Word(2));
        var tables = new RawTables(facts, FarAway(facts));
        var table = tables.TableAt(0, level);
        for (var bit = -1; bit < 64; bit++)
        {
            tables[table, 0] = bit < 0 ? sound : sound ^ (1UL << bit);
            var asked = new List<ulong>();
            var walk = Probe.Walk(new RecordingMemory(tables, asked), tables.RootWord, new Iova(0));
            var plainAsked = new List<ulong>();
            var plain = ReferenceWalker.Walk(facts, new RecordingMemory(tables, plainAsked), tables.RootWord, new Iova(0), FormatLimits.None);
            if (walk != plain || asked[^1] != plainAsked[^1]) yield return $"{facts.Name}, {row[1]} {tables[table, 0]:X}: {walk}, plainly {plain}";
        }
    }

    private string Walk(FormatFacts facts, int level, ulong raw, ulong input, VectorRow row)
    {
        var tables = new RawTables(facts, FarAway(facts));
        tables.SetLeaf(input, level, raw);
        var asked = new List<ulong>();
        var walk = Probe.Walk(new RecordingMemory(tables, asked), tables.RootWord, new Iova(input));
        if (walk.Status != WalkStatus.NotBacked && (walk.Level != level || walk.Entry != raw)) return $"{walk} instead of the row's entry";
        return EntryVectors.Describe(row, facts, walk, asked[^1]);
    }

    /// <summary>Far from every table that a vector names.</summary>
    private static ulong FarAway(FormatFacts facts) => facts.OutputBits > 42 ? 0x35A_0000_0000UL : 0xDA00_0000UL;
}
