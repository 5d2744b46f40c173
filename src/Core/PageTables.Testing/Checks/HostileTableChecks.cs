namespace Fast.PageTables.Testing;

/// <summary>Tables of random bytes, as a guest or a broken image may hold: nothing crashes, nothing loops, and the careful walk still tells the truth.</summary>
internal sealed class HostileTableChecks<TFormat> : IFormatChecks
    where TFormat : struct, IWalkFormat
{
    private const int Inputs = 400;
    private static readonly FormatFacts Facts = TFormat.Facts;

    public IEnumerable<(string Name, Action Test)> All =>
    [
        ("Random bytes end every walk", Random_bytes_end_every_walk),
        ("Random bytes end every validation", Random_bytes_end_every_validation),
    ];

    private static void Random_bytes_end_every_walk() =>
        Sampling.ForSeeds(8, random =>
        {
            var image = new HostileImage(Facts, random);
            var memory = new SpanMemory(image.Bytes, image.Base);
            var segments = image.Segments(random);
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                var walk = TFormat.Walk(memory, image.RootWord, input);
                Expect.Equal(walk, ReferenceWalker.Walk(Facts, memory, image.RootWord, input, FormatLimits.None), $"{input}");
                Expect.That(walk.Level >= 0 && walk.Level <= Facts.TopLevel + 1, $"{input} ends at level {walk.Level}");
                Expect.Equal(TFormat.Walk(segments, image.RootWord, input), ReferenceWalker.Walk(Facts, segments, image.RootWord, input, FormatLimits.None), $"{input} with holes");

                // What the careful walk lets pass, the trusting ones find; what it refuses they may take for anything, within the memory.
                var found = TFormat.Follow(memory, image.RootWord, input, out var leaf);
                var output = TFormat.Translate(memory, image.RootWord, input);
                Expect.Equal(output.IsNone, !found, $"no translation of {input}");
                if (walk.IsLeaf && !PassedBy(memory, image.RootWord, input)) Expect.Equal((found, leaf), (true, walk.Leaf), $"follow of {input}");
                TFormat.Follow(segments, image.RootWord, input, out _);
                if (TFormat.FindLastTable(memory, image.RootWord, input, out var table))
                    Expect.Equal(TFormat.TranslateInLastTable(memory, table, input), output, $"{input} by its last table");
            }
        });

    private static void Random_bytes_end_every_validation() =>
        Sampling.ForSeeds(4, random =>
        {
            var image = new HostileImage(Facts, random);
            const int Budget = 300;
            var report = TableValidator.Validate(Facts, image.Memory, image.RootWord, Budget);
            Expect.That(report.Tables is > 0 and <= Budget, $"{report.Tables} tables read, {Budget} were allowed");
            TableValidator.Validate(Facts, image.Segments(random), image.RootWord, Budget);
        });

    /// <summary>Whether the walk went past levels: only the careful one knows how.</summary>
    private static bool PassedBy(in SpanMemory memory, ulong root, Iova input)
    {
        if (!Facts.NextLevel.Exists) return false;
        var table = Facts.RootAddress(root);
        for (var level = Facts.RootLevel(root); level > 0; level--)
        {
            ref var items = ref TableItems.Of(ref memory.Table(table, (nuint)Facts.Levels[level].TableBytes));
            var entry = FactItems.Read(Facts, ref items, (nuint)((input.Value >> Facts.Levels[level].Shift) & ((1UL << Facts.Levels[level].Bits) - 1)));
            var decoded = ReferenceDecoder.Decode(Facts, level, entry, input, FormatLimits.None);
            if (decoded.Kind != EntryKind.Table) return false;
            if (decoded.ChildLevel != level - 1) return true;
            table = decoded.Address.Value;
        }

        return false;
    }
}
