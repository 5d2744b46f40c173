using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fast.PageTables;

/// <summary>
/// Tables in the segments of an image: any number of pieces with holes between them, more than 2 GiB in all. A table must lie in one segment,
/// which every page-aligned image grants.
/// </summary>
public readonly struct SegmentedMemory : ITableMemory
{
    private readonly Segment[] _segments;

    /// <summary>Builds the index over <paramref name="segments"/>.</summary>
    /// <exception cref="ArgumentException">Two segments overlap, or one wraps at 2^64.</exception>
    public SegmentedMemory(IEnumerable<Segment> segments)
    {
        _segments = [.. segments.Where(segment => !segment.Bytes.IsEmpty).OrderBy(segment => segment.Address)];
        for (var i = 0; i < _segments.Length; i++)
        {
            var last = unchecked(_segments[i].Address + (ulong)_segments[i].Bytes.Length - 1);
            if (last < _segments[i].Address)
                throw new ArgumentException($"segment at 0x{_segments[i].Address:x} wraps at 2^64", nameof(segments));
            if (i + 1 < _segments.Length && last >= _segments[i + 1].Address)
                throw new ArgumentException($"segments at 0x{_segments[i].Address:x} and 0x{_segments[i + 1].Address:x} overlap", nameof(segments));
        }
    }

    /// <inheritdoc/>
    public static bool AlwaysBacked => false;

    /// <inheritdoc/>
    public ref byte Table(ulong address, nuint bytes)
    {
        int low = 0, high = _segments.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            ref readonly var segment = ref _segments[middle];
            if (address < segment.Address)
            {
                high = middle - 1;
                continue;
            }

            var offset = address - segment.Address;
            var length = (ulong)segment.Bytes.Length;
            if (offset >= length)
            {
                low = middle + 1;
                continue;
            }

            if (bytes > length - offset) break;
            return ref Unsafe.Add(ref MemoryMarshal.GetReference(segment.Bytes.Span), (nint)offset);
        }

        return ref Unsafe.NullRef<byte>();
    }

    /// <summary>One piece of an image.</summary>
    /// <param name="Address">Physical address of its first byte.</param>
    /// <param name="Bytes">Its bytes.</param>
    public readonly record struct Segment(ulong Address, ReadOnlyMemory<byte> Bytes);
}
