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

    /// <summary>The areas that hold a byte of the range, in order of address; a copy.</summary>
    public List<Area> Within(Va start, Va last) => _areas.FindAll(area => area.Start <= last && area.Last >= start);

    /// <summary>All of them, in order of address; a copy.</summary>
    public List<Area> All() => [.. _areas];

    /// <summary>Adds an area that intersects none.</summary>
    public void Add(Area area) => _areas.Insert(IndexAfter(area.Start), area);

    /// <summary>Takes an area out.</summary>
    public bool Remove(Area area)
    {
        if (ReferenceEquals(_last, area)) _last = null;
        return _areas.Remove(area);
    }

    /// <summary>The bytes around a range in which no area lies, itself included: <c>free_pgtables</c> may free tables up to there.</summary>
    public (ulong First, ulong Last) Surroundings(Va start, Va last, ulong lastOfAll)
    {
        var before = IndexAfter(start) - 1;
        var first = before >= 0 ? _areas[before].Last.Value + 1 : 0;
        return (first, before + 1 < _areas.Count ? _areas[before + 1].Start.Value - 1 : lastOfAll);
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
