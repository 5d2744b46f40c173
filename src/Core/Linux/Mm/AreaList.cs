namespace Fast.Linux;

/// <summary>The areas of an address space in order of address; finding one allocates nothing and usually compares twice.</summary>
internal sealed class AreaList
{
    private readonly List<Area> _areas = [];
    private Area? _last;

    /// <summary>The area that holds <paramref name="va"/>, or <see langword="null"/> (<c>vma_lookup</c>).</summary>
    public Area? Find(Va va)
    {
        var last = _last;
        if (last is not null && last.Contains(va)) return last;
        var index = IndexAfter(va);
        if (index == 0 || !_areas[index - 1].Contains(va)) return null;
        return _last = _areas[index - 1];
    }

    /// <summary>Whether any byte of the range belongs to an area.</summary>
    public bool Intersects(Va start, Va last)
    {
        var index = IndexAfter(last);
        return index > 0 && _areas[index - 1].Last >= start;
    }

    /// <summary>Adds an area that intersects none.</summary>
    public void Add(Area area) => _areas.Insert(IndexAfter(area.Start), area);

    /// <summary>Takes an area out.</summary>
    public bool Remove(Area area)
    {
        if (ReferenceEquals(_last, area)) _last = null;
        return _areas.Remove(area);
    }

    /// <summary>The bytes around <paramref name="area"/> that belong to no other one, itself included.</summary>
    public (ulong First, ulong Last) Surroundings(Area area, ulong lastOfAll)
    {
        var index = _areas.IndexOf(area);
        var first = index > 0 ? _areas[index - 1].Last.Value + 1 : 0;
        var last = index + 1 < _areas.Count ? _areas[index + 1].Start.Value - 1 : lastOfAll;
        return (first, last);
    }

    private int IndexAfter(Va va)
    {
        var (low, high) = (0, _areas.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_areas[middle].Start <= va) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
