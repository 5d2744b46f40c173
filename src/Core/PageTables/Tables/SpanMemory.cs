using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fast.PageTables;

/// <summary>Tables in one span that starts at a known physical address, for example a small memory image.</summary>
public readonly ref struct SpanMemory : ITableMemory
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ulong _base;

    /// <summary>Tables in <paramref name="bytes"/>, whose first byte is physical address <paramref name="physicalBase"/>.</summary>
    public SpanMemory(ReadOnlySpan<byte> bytes, ulong physicalBase = 0)
    {
        _bytes = bytes;
        _base = physicalBase;
    }

    /// <inheritdoc/>
    public static bool AlwaysBacked => false;

    /// <inheritdoc/>
    public ref byte Table(ulong address, nuint bytes)
    {
        var offset = unchecked(address - _base);
        return ref offset <= (ulong)_bytes.Length && bytes <= (ulong)_bytes.Length - offset
            ? ref Unsafe.Add(ref MemoryMarshal.GetReference(_bytes), (nint)offset)
            : ref Unsafe.NullRef<byte>();
    }
}
