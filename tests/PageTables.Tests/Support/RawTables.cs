using System.Buffers.Binary;

namespace Fast.PageTables.Tests;

/// <summary>A memory image with tables of one format, written word by word: no code of the engine takes part.</summary>
internal sealed class RawTables
{
    private byte[] _bytes = new byte[1 << 16];
    private ulong _used;

    public RawTables(FormatFacts facts, ulong physicalBase = 0x40_0000)
    {
        (Facts, PhysicalBase) = (facts, physicalBase);
        Root = AddTable(facts.TopLevel);
    }

    public FormatFacts Facts { get; }

    public ulong PhysicalBase { get; }

    public ulong Root { get; }

    public ReadOnlySpan<byte> Image => _bytes.AsSpan(0, (int)_used);

    /// <summary>The image; it must not grow any more.</summary>
    public SpanMemory Memory => new(Image, PhysicalBase);

    public ulong this[ulong table, int index]
    {
        get => BinaryPrimitives.ReadUInt64LittleEndian(Slot(table, index));
        set => BinaryPrimitives.WriteUInt64LittleEndian(Slot(table, index), value);
    }

    /// <summary>An empty table of <paramref name="level"/>, aligned to its size.</summary>
    public ulong AddTable(int level)
    {
        var bytes = (ulong)Facts.Levels[level].TableBytes;
        var start = (_used + bytes - 1) & ~(bytes - 1);
        _used = start + bytes;
        if ((ulong)_bytes.Length < _used) Array.Resize(ref _bytes, (int)Math.Max(_used, 2 * (ulong)_bytes.Length));
        return PhysicalBase + start;
    }

    /// <summary>The table of <paramref name="level"/> on the way to <paramref name="input"/>, made where it is missing.</summary>
    /// <param name="input">The address.</param>
    /// <param name="level">The level of the table.</param>
    /// <param name="tableBits">Bits of a new entry that points to a table; default: the declared ones.</param>
    public ulong TableAt(ulong input, int level, ulong? tableBits = null)
    {
        var table = Root;
        for (var above = Facts.TopLevel; above > level; above--)
        {
            var index = Index(above, input);
            if (!Facts.Present.Holds(this[table, index])) this[table, index] = AddTable(above - 1) | (tableBits ?? Facts.TableValue);
            table = this[table, index] & Facts.AddressMask;
        }

        return table;
    }

    /// <summary>Writes a leaf, its tables made where they are missing.</summary>
    public void SetLeaf(ulong input, int level, ulong entry, ulong? tableBits = null) => this[TableAt(input, level, tableBits), Index(level, input)] = entry;

    public int Index(int level, ulong input) => (int)((input >> Facts.Levels[level].Shift) & ((1UL << Facts.Levels[level].Bits) - 1));

    public WalkResult Walk(ulong input) => ReferenceWalker.Walk(Facts, Memory, new PhysicalAddress(Root), new Iova(input), FormatLimits.None);

    private Span<byte> Slot(ulong table, int index) => _bytes.AsSpan((int)(table - PhysicalBase) + (8 * index), 8);
}
