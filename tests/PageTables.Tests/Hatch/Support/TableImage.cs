using System.Buffers.Binary;

namespace Fast.PageTables.Tests.Hatch;

/// <summary>Tables written word by word, each at its address with exactly its size: a walk that looks anywhere else finds nothing.</summary>
internal sealed class TableImage
{
    private readonly SortedDictionary<ulong, byte[]> _tables = [];

    public SegmentedMemory Memory => new(_tables.Select(table => new SegmentedMemory.Segment(table.Key, table.Value)));

    public ulong this[ulong address]
    {
        get => BinaryPrimitives.ReadUInt64LittleEndian(Slot(address));
        set => BinaryPrimitives.WriteUInt64LittleEndian(Slot(address), value);
    }

    /// <summary>An empty table, unless there is one.</summary>
    public ulong Add(ulong address, int bytes)
    {
        _tables.TryAdd(address, new byte[bytes]);
        return address;
    }

    public void Remove(ulong address) => _tables.Remove(address);

    /// <summary>The word at <paramref name="address"/> of a table of which every byte is backed; otherwise <see langword="null"/>.</summary>
    public ulong? Read(ulong table, int bytes, ulong offset) =>
        _tables.Any(one => table >= one.Key && table - one.Key + (ulong)bytes <= (ulong)one.Value.Length) ? this[table + offset] : null;

    private Span<byte> Slot(ulong address)
    {
        var (start, bytes) = _tables.Last(table => table.Key <= address);
        return bytes.AsSpan((int)(address - start), 8);
    }
}
