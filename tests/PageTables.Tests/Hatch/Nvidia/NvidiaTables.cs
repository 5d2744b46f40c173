namespace Fast.PageTables.Tests.Hatch.Nvidia;

/// <summary>Small complete tables: a chain of directories down to one dual entry of PDE0, each table at an address of its own.</summary>
internal sealed class NvidiaTables
{
    public const ulong Root = 0x15_0000;
    public const ulong Big = 0x20_0100;
    public const ulong Small = 0x30_0000;

    /// <summary>A chain for <paramref name="input"/>, whose index differs at each level.</summary>
    /// <param name="subject">The version.</param>
    /// <param name="input">An address that the chain serves.</param>
    public NvidiaTables(NvidiaSubject subject, ulong input)
    {
        (Subject, Input) = (subject, input);
        for (var level = subject.Top; level >= 1; level--)
        {
            Image.Add(Table(level), 8 * (level == 1 ? 2 : 1) << subject.Level(level).Bits);
            if (level != subject.Top) Image[Slot(level + 1)] = subject.Pde(Table(level));
        }
    }

    public NvidiaSubject Subject { get; }

    public ulong Input { get; }

    public TableImage Image { get; } = new();

    /// <summary>Low and high word of the dual entry.</summary>
    public (ulong Low, ulong High) Pair
    {
        get => (Image[Slot(1)], Image[Slot(1) + 8]);
        set => (Image[Slot(1)], Image[Slot(1) + 8]) = value;
    }

    /// <summary>An address of which no two levels have the same index, at the top of the format's range.</summary>
    public static ulong SomeInput(NvidiaSubject subject) => ((1UL << (subject.Twin.InputBits - 1)) | 0x00A9_5ABC_DEF1_2345) & ((1UL << subject.Twin.InputBits) - 1);

    /// <summary>Where the table of a level stands.</summary>
    public ulong Table(int level) => level == Subject.Top ? Root : 0x10_0000UL * (ulong)(level + 8);

    /// <summary>Where the entry of a level for the address stands.</summary>
    public ulong Slot(int level) => SlotFor(level, Input);

    public ulong SlotFor(int level, ulong input)
    {
        var (shift, bits) = Subject.Level(level);
        return Table(level) + (((input >> shift) & ((1UL << bits) - 1)) * (level == 1 ? 16UL : 8));
    }

    /// <summary>Points the dual entry to both tables, or to one.</summary>
    public NvidiaTables WithPair(bool big = true, bool small = true)
    {
        if (big) Image.Add(Big, 256);
        if (small) Image.Add(Small, 4096);
        Pair = (big ? Subject.Pde(Big) : 0, small ? Subject.Pde(Small) : 0);
        return this;
    }

    /// <summary>Writes the entries of the big and the small table for an address, 0 for none.</summary>
    public NvidiaTables With(ulong big = 0, ulong small = 0, ulong? input = null)
    {
        if (big != 0) Image[Big + (((input ?? Input) >> 16 & 0x1F) * 8)] = big;
        if (small != 0) Image[Small + (((input ?? Input) >> 12 & 0x1FF) * 8)] = small;
        return this;
    }

    public NvidiaOutcome Walk(ulong? input = null) => Subject.Outcome(Image, Root, input ?? Input);

    /// <summary>What is wrong: the walk's end against what was expected, and against the twin.</summary>
    /// <param name="text">Beginning of the expected outcome.</param>
    /// <param name="level">Level at which it ends.</param>
    /// <param name="entry">Entry at which it ends, if that is to be looked at.</param>
    /// <param name="input">The address, if it is not the chain's.</param>
    public string? Wrong(string text, int level, ulong? entry = null, ulong? input = null)
    {
        var found = Walk(input);
        var right = found.Text.StartsWith(text, StringComparison.Ordinal) && found.Level == level && found.Entry == (entry ?? found.Entry);
        return right ? WrongByTwin(input) : $"expected {text} at level {level}, found {found}";
    }

    public string? WrongByTwin(ulong? input = null)
    {
        var (found, expected) = (Walk(input), Subject.Twin.Walk(Image, Root, input ?? Input));
        return found == expected ? null : $"twin says {expected}, the walk {found}";
    }
}
