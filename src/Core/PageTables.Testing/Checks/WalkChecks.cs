namespace Fast.PageTables.Testing;

/// <summary>Every emitted walk against <see cref="ReferenceWalker"/>, in tables of all kinds, whole and with holes.</summary>
internal sealed class WalkChecks<TFormat> : IFormatChecks
    where TFormat : struct, IWalkFormat
{
    private const int Cases = 25;
    private const int Inputs = 150;
    private static readonly FormatFacts Facts = TFormat.Facts;

    /// <summary>The facts of a walker that looks at no reserved bit, as the emitted ones that trust their tables.</summary>
    private static readonly FormatFacts Trusting = Facts with { Levels = [.. Facts.Levels.Select(level => level with { ReservedInLeaf = 0, ReservedInTable = 0 })] };

    public IEnumerable<(string Name, Action Test)> All =>
    [
        ("Walk tells what the reference walker tells", Walk_tells_what_the_reference_walker_tells),
        ("Follow and translate find what the reference walker finds", Follow_and_translate_find_what_the_reference_walker_finds),
        ("The halves of a cursor translate as a whole", The_halves_of_a_cursor_translate_as_a_whole),
        ("Segments and a span walk alike, and what lies in a hole is not backed", Segments_and_a_span_walk_alike_and_a_missing_segment_is_not_backed),
    ];

    private static void Walk_tells_what_the_reference_walker_tells() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, Foreign.Everything);
            var memory = image.Tables.Memory;
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                var expected = ReferenceWalker.Walk(Facts, memory, image.Tables.RootWord, input, FormatLimits.None);
                Expect.Equal(TFormat.Walk(memory, image.Tables.RootWord, input), expected, $"{input}");
            }
        });

    private static void Follow_and_translate_find_what_the_reference_walker_finds() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, Foreign.Reserved);
            var memory = image.Tables.Memory;
            var root = image.Tables.RootWord;
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                var expected = ReferenceWalker.Walk(Trusting, memory, root, input, FormatLimits.None);
                Expect.Equal(TFormat.Follow(memory, root, input, out var leaf), expected.IsLeaf, $"{input}");
                Expect.Equal(leaf, expected.Leaf, $"{input}");
                Expect.Equal(TFormat.Translate(memory, root, input), OutputOf(expected, input), $"{input}");
            }
        });

    private static void The_halves_of_a_cursor_translate_as_a_whole() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, Foreign.Reserved);
            var memory = image.Tables.Memory;
            var root = image.Tables.RootWord;
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                if (TFormat.FindLastTable(memory, root, input, out var table))
                    Expect.Equal(TFormat.TranslateInLastTable(memory, table, input), TFormat.Translate(memory, root, input), $"{input}");
            }
        });

    private static void Segments_and_a_span_walk_alike_and_a_missing_segment_is_not_backed() =>
        Sampling.ForSeeds(Cases / 4, random =>
        {
            var image = new RandomTables(Facts, random, Foreign.None);
            var (bytes, root) = (image.Tables.Image.ToArray(), image.Tables.RootWord);
            // Pieces as large as the largest table, so that none straddles two.
            var table = Math.Max(4096, Facts.Levels.Max(level => level.TableBytes));
            var pieces = Enumerable.Range(0, (bytes.Length + table - 1) / table)
                .Select(piece => new SegmentedMemory.Segment(image.Tables.PhysicalBase + (ulong)(piece * table), bytes.AsMemory(piece * table, Math.Min(table, bytes.Length - (piece * table)))))
                .ToList();
            var whole = new SegmentedMemory(pieces);
            var lost = random.Next(pieces.Count);
            var (lostFirst, lostLast) = (pieces[lost].Address, pieces[lost].Address + (ulong)pieces[lost].Bytes.Length - 1);
            var holed = new SegmentedMemory(pieces.Where((_, index) => index != lost));
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                Expect.Equal(TFormat.Walk(whole, root, input), ReferenceWalker.Walk(Facts, image.Tables.Memory, root, input, FormatLimits.None), $"{input} in segments");
                var partial = TFormat.Walk(holed, root, input);
                Expect.Equal(partial, ReferenceWalker.Walk(Facts, holed, root, input, FormatLimits.None), $"{input} with a segment missing");
                if (partial.Status != WalkStatus.NotBacked) continue;
                var missing = partial.Entry == root ? image.Tables.Root : ReferenceDecoder.Address(Facts, partial.Entry).Value;
                Expect.That(missing >= lostFirst && missing <= lostLast, $"{input} ends at 0x{missing:x}, which is not what is missing");
            }
        });

    private static PhysicalAddress OutputOf(WalkResult result, Iova input) =>
        result.IsLeaf ? new PhysicalAddress(result.Leaf.Pfn.Address.Value | (input.Value & 0xFFF)) : PhysicalAddress.None;
}
