namespace Fast.PageTables.Tests.Hatch.Nvidia;

/// <summary>Random tables that mostly lead somewhere: a handful of tables of each kind in both memories, entries of every sort among them.</summary>
internal static class NvidiaRandom
{
    private static readonly ulong[] s_memories = [0, NvidiaTable.SystemMemory];

    public static (TableImage Image, ulong Root, IReadOnlyList<ulong> Inputs) Tables(NvidiaSubject subject, Random random)
    {
        var image = new TableImage();
        // Few indices are used, so that walks of random addresses meet entries.
        var inputs = Enumerable.Range(0, 8).Select(_ => random.NextWord() & ((1UL << subject.Twin.InputBits) - 1)).ToList();
        for (var level = subject.Top; level >= 1; level--)
        {
            foreach (var memory in s_memories)
            {
                var table = image.Add(memory + At(level), 8 * (level == 1 ? 2 : 1) << subject.Level(level).Bits);
                foreach (var input in inputs) Fill(subject, random, image, table, level, input);
            }
        }

        foreach (var memory in s_memories)
        {
            var (big, small) = (image.Add(memory + NvidiaTables.Big, 256), image.Add(memory + NvidiaTables.Small, 4096));
            foreach (var input in inputs)
            {
                if (!random.OneIn(3)) image[big + ((input >> 16 & 0x1F) * 8)] = Last(subject, random, big: true);
                image[small + ((input >> 12 & 0x1FF) * 8)] = Last(subject, random, big: false);
            }
        }

        inputs.Add(random.NextWord() | 1UL << 63);
        inputs.AddRange(inputs.Select(input => input ^ (1UL << random.Next(subject.Twin.InputBits))).ToList());
        return (image, random.Pick(s_memories) + At(subject.Top), inputs);
    }

    private static ulong At(int level) => 0x100_0000UL * (ulong)level;

    private static void Fill(NvidiaSubject subject, Random random, TableImage image, ulong table, int level, ulong input)
    {
        var (shift, bits) = subject.Level(level);
        var slot = table + (((input >> shift) & ((1UL << bits) - 1)) * (level == 1 ? 16UL : 8));
        image[slot] = Directory(subject, random, level, level == 1 ? NvidiaTables.Big : At(level - 1));
        if (level == 1) image[slot + 8] = Directory(subject, random, level, NvidiaTables.Small) & ~1UL;
    }

    private static ulong Directory(NvidiaSubject subject, Random random, int level, ulong below) => random.Next(16) switch
    {
        0 => 0,
        1 => subject.Sparse,
        2 => random.NextWord(),
        3 => random.NextWord() | 1,
        4 when level == 1 => 0,
        5 when level == 1 => subject.Sparse,
        _ => subject.Pde(below, (ulong)random.Next(1, 4)) | (random.OneIn(2) ? 8UL : 0),
    };

    private static ulong Last(NvidiaSubject subject, Random random, bool big) => random.Next(10) switch
    {
        0 => 0,
        1 => subject.Sparse,
        2 => big ? subject.NoSmallPages : 0,
        3 => random.NextWord() & ~1UL,
        4 => (ulong)random.Next(32) << 3,
        _ => random.NextWord() | 1,
    };
}
