namespace Fast.PageTables.Testing;

/// <summary>
/// A format that decodes entries by code of its own: held to the plain walker, which calls that code, and to end in every memory. What entries mean its owner tests.
/// </summary>
internal sealed class HatchChecks<TFormat> : IHatchedChecks
    where TFormat : struct, IWalkFormat
{
    public IEnumerable<(string Name, Action Test)> All =>
    [
        ("Random bytes end every walk, and every way to walk agrees", Random_bytes_end_every_walk),
        ("What lies in a hole is not backed", What_lies_in_a_hole_is_not_backed),
    ];

    private static void Random_bytes_end_every_walk() =>
        Sampling.ForSeeds(60, random =>
        {
            var bytes = new byte[1 << 16];
            random.NextBytes(bytes);
            var memory = new EchoMemory(bytes);
            for (var i = 0; i < 40; i++)
            {
                var input = new Iova(random.NextWord() >> random.Next(64));
                var walk = TFormat.Walk(memory, 0, input);
                Expect.Equal(walk, ReferenceWalker.Walk(TFormat.Facts, memory, 0, input, FormatLimits.None), $"{input}");
                Expect.That(walk.Level >= 0 && walk.Level <= TFormat.Facts.TopLevel + 1, $"{input} ends at level {walk.Level}");
                var found = TFormat.Follow(memory, 0, input, out var leaf);
                var output = TFormat.Translate(memory, 0, input);
                Expect.Equal(output.IsNone, !found, $"no translation of {input}");
                if (found) Expect.Equal(output, new PhysicalAddress(leaf.Pfn.Address.Value | (input.Value & 0xFFF)), $"translation of {input}");
                // What the careful walk lets pass, the trusting one finds.
                if (walk.IsLeaf) Expect.Equal((found, leaf), (true, walk.Leaf), $"follow of {input}");
                if (TFormat.FindLastTable(memory, 0, input, out var table)) Expect.Equal(TFormat.TranslateInLastTable(memory, table, input), output, $"{input} by its last table");
            }
        });

    private static void What_lies_in_a_hole_is_not_backed()
    {
        var nothing = new SegmentedMemory([]);
        Expect.Equal(TFormat.Walk(nothing, 0x1000, new Iova(0)).Status, WalkStatus.NotBacked, "a walk in no memory");
        Expect.That(!TFormat.Follow(nothing, 0x1000, new Iova(0), out _), "a leaf was found in no memory");
        Expect.That(TFormat.Translate(nothing, 0x1000, new Iova(0)).IsNone, "a translation was found in no memory");
    }
}
