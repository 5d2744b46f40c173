using System.Runtime.InteropServices;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>The mappings of a container in order of address (<c>dma_list</c>).</summary>
/// <param name="end">How ends are computed; with exclusive ones a range that ends at 2^64 is never found.</param>
internal sealed class VfioDmaList(EndOfSpace end)
{
    private readonly List<VfioDma> _entries = new(64);

    public int Count => _entries.Count;

    public ref VfioDma this[int index] => ref CollectionsMarshal.AsSpan(_entries)[index];

    /// <summary>Index of the first mapping that intersects a range, or -1 (<c>vfio_find_dma</c>, <c>vfio_find_dma_first_node</c>).</summary>
    public int Find(Iova iova, ulong bytes)
    {
        var after = IndexAfter(iova);
        if (after > 0 && Intersects(in this[after - 1], iova.Value, bytes)) return after - 1;
        return after < Count && Intersects(in this[after], iova.Value, bytes) ? after : -1;
    }

    /// <summary>Adds a mapping that intersects none; returns its index.</summary>
    public int Add(in VfioDma dma)
    {
        var index = IndexAfter(dma.Iova);
        _entries.Insert(index, dma);
        return index;
    }

    public void RemoveAt(int index) => _entries.RemoveAt(index);

    private bool Intersects(in VfioDma dma, ulong iova, ulong bytes) => end == EndOfSpace.Inclusive
        ? dma.Iova.Value <= unchecked(iova + (bytes - 1)) && iova <= dma.Last.Value
        : dma.Iova.Value < unchecked(iova + bytes) && iova < unchecked(dma.Iova.Value + dma.Bytes);

    private int IndexAfter(Iova iova)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle].Iova <= iova) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
