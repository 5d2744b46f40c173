using System.Buffers.Binary;

namespace Fast.PageTables.Testing;

/// <summary>A memory image with tables of one format, written word by word: no code of the engine takes part.</summary>
internal sealed class RawTables
{
    private readonly int _top;
    private byte[] _bytes = new byte[1 << 16];
    private ulong _used;

    /// <summary>An image with an empty root.</summary>
    /// <param name="facts">The format.</param>
    /// <param name="physicalBase">Address of the image's first byte; a multiple of the largest table.</param>
    /// <param name="top">Level of the root; default: the highest.</param>
    public RawTables(FormatFacts facts, ulong physicalBase = 0x40_0000, int? top = null)
    {
        (Facts, PhysicalBase, _top) = (facts, physicalBase, top ?? facts.TopLevel);
        Root = AddTable(_top);
    }

    public FormatFacts Facts { get; }

    public ulong PhysicalBase { get; }

    /// <summary>Address of the root table.</summary>
    public ulong Root { get; }

    /// <summary>What walks start from.</summary>
    public ulong RootWord => Facts.DynamicTop ? Root | (uint)_top : Root;

    public ReadOnlySpan<byte> Image => _bytes.AsSpan(0, (int)_used);

    /// <summary>The image; it must not grow any more.</summary>
    public SpanMemory Memory => new(Image, PhysicalBase);

    public ulong this[ulong table, int index]
    {
        get => Facts.EntryBytes == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(Slot(table, index)) : BinaryPrimitives.ReadUInt64LittleEndian(Slot(table, index));
        set
        {
            if (Facts.EntryBytes == 4) BinaryPrimitives.WriteUInt32LittleEndian(Slot(table, index), (uint)value);
            else BinaryPrimitives.WriteUInt64LittleEndian(Slot(table, index), value);
        }
    }

    /// <summary>An empty table of <paramref name="level"/>, aligned to its size.</summary>
    public ulong AddTable(int level)
    {
        // Tables of a growing root stand where the low bits of the root word have room.
        var bytes = Math.Max(4096UL, (ulong)Facts.Levels[level].TableBytes);
        var start = (_used + bytes - 1) & ~(bytes - 1);
        _used = start + bytes;
        if ((ulong)_bytes.Length < _used) Array.Resize(ref _bytes, (int)Math.Max(_used, 2 * (ulong)_bytes.Length));
        return PhysicalBase + start;
    }

    /// <summary>The table of <paramref name="level"/> on the way to <paramref name="input"/>, made where it is missing.</summary>
    /// <param name="input">The address.</param>
    /// <param name="level">The level of the table.</param>
    /// <param name="tableBits">Bits of a new entry that points to a table, by level; default: the declared ones.</param>
    public ulong TableAt(ulong input, int level, Func<int, ulong>? tableBits = null)
    {
        var table = Root;
        for (var above = _top; above > level; above--)
        {
            var index = Index(above, input);
            if (!Facts.Present.Holds(this[table, index]))
            {
                var child = AddTable(above - 1);
                this[table, index] = Bits.Address(Facts, child) | (tableBits?.Invoke(above) ?? Facts.Levels[above].TableValue);
            }

            table = ReferenceDecoder.Address(Facts, this[table, index]).Value;
        }

        return table;
    }

    /// <summary>Writes a leaf, its tables made where they are missing.</summary>
    public void SetLeaf(ulong input, int level, ulong entry, Func<int, ulong>? tableBits = null) => this[TableAt(input, level, tableBits), Index(level, input)] = entry;

    public int Index(int level, ulong input) => (int)((input >> Facts.Levels[level].Shift) & ((1UL << Facts.Levels[level].Bits) - 1));

    public WalkResult Walk(ulong input) => ReferenceWalker.Walk(Facts, Memory, RootWord, new Iova(input), FormatLimits.None);

    private Span<byte> Slot(ulong table, int index) => _bytes.AsSpan((int)(table - PhysicalBase) + (Facts.EntryBytes * index), Facts.EntryBytes);
}
