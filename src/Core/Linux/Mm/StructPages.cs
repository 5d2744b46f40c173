using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// Which frames have a <c>struct page</c> that is not reserved: ordinary memory, whose references are counted. Device memory has none.
/// </summary>
public sealed class StructPages
{
    private readonly List<Stretch> _normal = [];
    private int _last;

    /// <summary>References that are held on all pages together.</summary>
    public long Pinned { get; private set; }

    /// <summary>Says that <paramref name="pages"/> frames from <paramref name="first"/> on are ordinary memory. They were not before.</summary>
    public void AddNormal(Pfn first, ulong pages)
    {
        ArgumentOutOfRangeException.ThrowIfZero(pages);
        if (!AreInvalidReserved(first, pages)) throw new ArgumentException($"some of {pages} frames from {first} on are ordinary memory already", nameof(first));
        _normal.Insert(IndexAfter(first), new Stretch(first, pages));
        _last = 0;
    }

    /// <summary>Whether a frame has no <c>struct page</c> or a reserved one: never counted, never pinned (<c>is_invalid_reserved_pfn</c>).</summary>
    public bool IsInvalidReserved(Pfn pfn) => _normal.Count == 0 || Find(pfn) is null;

    /// <summary>Whether that holds for all of <paramref name="pages"/> frames.</summary>
    public bool AreInvalidReserved(Pfn first, ulong pages)
    {
        var after = IndexAfter(first);
        if (after > 0 && _normal[after - 1].Last >= first) return false;
        return after == _normal.Count || _normal[after].First > first + (pages - 1);
    }

    /// <summary>References on a page.</summary>
    public int PinsOf(Pfn pfn) => Find(pfn) is { } stretch ? stretch.Pins[pfn.Value - stretch.First.Value] : 0;

    /// <summary>How many frames from <paramref name="first"/> on are all reserved, or all not.</summary>
    internal ulong SameKind(Pfn first, ulong most)
    {
        if (Find(first) is { } stretch) return Math.Min(most, stretch.Last.Value - first.Value + 1);
        var after = IndexAfter(first);
        return after == _normal.Count ? most : Math.Min(most, _normal[after].First.Value - first.Value);
    }

    /// <summary>Takes a reference on a page; reserved frames have none to take.</summary>
    internal bool TryPin(Pfn pfn)
    {
        if (Find(pfn) is not { } stretch) return false;
        stretch.Pins[pfn.Value - stretch.First.Value]++;
        Pinned++;
        return true;
    }

    /// <summary>Takes a reference on each of <paramref name="pages"/> normal pages.</summary>
    internal void Pin(Pfn first, ulong pages)
    {
        var stretch = Find(first)!;
        foreach (ref var pins in stretch.Pins.AsSpan((int)(first.Value - stretch.First.Value), (int)pages)) pins++;
        Pinned += (long)pages;
    }

    /// <summary>Gives a reference back.</summary>
    /// <exception cref="InvalidOperationException">The page is reserved, or nobody holds one.</exception>
    internal void Unpin(Pfn pfn)
    {
        if (Find(pfn) is not { } stretch || stretch.Pins[pfn.Value - stretch.First.Value] == 0) throw new InvalidOperationException($"{pfn} is unpinned more often than pinned");
        stretch.Pins[pfn.Value - stretch.First.Value]--;
        Pinned--;
    }

    private Stretch? Find(Pfn pfn)
    {
        if (_normal.Count == 0) return null;
        var last = _normal[_last];
        if (pfn >= last.First && pfn <= last.Last) return last;
        var after = IndexAfter(pfn);
        if (after == 0 || _normal[after - 1].Last < pfn) return null;
        return _normal[_last = after - 1];
    }

    private int IndexAfter(Pfn pfn)
    {
        var (low, high) = (0, _normal.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_normal[middle].First <= pfn) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Frames of ordinary memory and the references on each.</summary>
    private sealed class Stretch(Pfn first, ulong pages)
    {
        public Pfn First { get; } = first;

        public Pfn Last { get; } = first + (pages - 1);

        public int[] Pins { get; } = new int[pages];
    }
}
