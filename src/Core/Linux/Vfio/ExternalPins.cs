using Fast.PageTables;

namespace Fast.Linux;

/// <summary>The pages of one mapping that emulated devices hold (<c>vfio_dma.pfn_list</c>), each with its number of holders.</summary>
internal sealed class ExternalPins
{
    private readonly SortedList<ulong, Held> _pages = [];

    public bool IsEmpty => _pages.Count == 0;

    public int Count => _pages.Count;

    public IEnumerable<ulong> Iovas => _pages.Keys;

    /// <summary>Takes a page that is held already once more (<c>vfio_iova_get_vfio_pfn</c>).</summary>
    public bool TryHoldAgain(Iova iova, out Pfn pfn)
    {
        pfn = default;
        var index = _pages.IndexOfKey(iova.Value);
        if (index < 0) return false;
        var held = _pages.GetValueAtIndex(index);
        _pages.SetValueAtIndex(index, held with { Holders = held.Holders + 1 });
        pfn = held.Pfn;
        return true;
    }

    /// <summary>A page with its first holder.</summary>
    public void Add(Iova iova, Pfn pfn) => _pages.Add(iova.Value, new Held(pfn, 1));

    /// <summary>Takes one holder away (<c>vfio_iova_put_vfio_pfn</c>).</summary>
    /// <returns>The page, when that was the last one.</returns>
    public Pfn? Release(Iova iova)
    {
        var index = _pages.IndexOfKey(iova.Value);
        if (index < 0) return null;
        var held = _pages.GetValueAtIndex(index);
        if (held.Holders > 1)
        {
            _pages.SetValueAtIndex(index, held with { Holders = held.Holders - 1 });
            return null;
        }

        _pages.RemoveAt(index);
        return held.Pfn;
    }

    /// <summary>How many pages of a range are held (<c>vpfn_pages</c>).</summary>
    public int CountIn(Iova first, ulong pages)
    {
        var count = 0;
        for (var index = IndexFrom(first.Value); index < _pages.Count; index++, count++)
        {
            if ((_pages.GetKeyAtIndex(index) - first.Value) >> Pfn.Shift >= pages) break;
        }

        return count;
    }

    private int IndexFrom(ulong iova)
    {
        var (low, high) = (0, _pages.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_pages.GetKeyAtIndex(middle) < iova) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private readonly record struct Held(Pfn Pfn, int Holders);
}
