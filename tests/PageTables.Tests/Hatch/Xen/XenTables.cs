namespace Fast.PageTables.Tests.Hatch.Xen;

/// <summary>Four tables, one of each level, that serve one address; entries are put where a case needs them.</summary>
internal sealed class XenTables
{
    /// <summary>An address with another index at each level.</summary>
    public const ulong Input = 0x8765_4321_0ABC;

    public XenTables(XenSubject subject, ulong input = Input)
    {
        (Subject, At) = (subject, input);
        for (var level = 3; level >= 0; level--)
        {
            Image.Add(Table(level), 4096);
            if (level != 3) this[level + 1] = subject.Pointer(Table(level));
        }
    }

    public XenSubject Subject { get; }

    public ulong At { get; }

    public TableImage Image { get; } = new();

    public static ulong Root => Table(3);

    /// <summary>The entry of a level for the address.</summary>
    public ulong this[int level]
    {
        get => Image[Slot(level)];
        set => Image[Slot(level)] = value;
    }

    public WalkResult Walk() => Subject.Walk(Image, Root, At);

    public WalkResult HardwareWalk() => Subject.HardwareWalk(Image, Root, At);

    public XenP2mEntry Lookup() => Subject.Lookup(Image, Root, At);

    public XenTables With(int level, ulong entry)
    {
        this[level] = entry;
        return this;
    }

    private static ulong Table(int level) => 0x5000_0000UL + ((ulong)level << 20);

    private ulong Slot(int level) => Table(level) + ((At >> (12 + (9 * level)) & 0x1FF) * 8);
}
