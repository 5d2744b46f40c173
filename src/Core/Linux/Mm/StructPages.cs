using Fast.PageTables;

namespace Fast.Linux;

/// <summary>Which frames have a <c>struct page</c> that is not reserved: ordinary memory. Device memory has none.</summary>
public sealed class StructPages
{
    private readonly List<(Pfn First, Pfn Last)> _normal = [];

    /// <summary>Says that <paramref name="pages"/> frames from <paramref name="first"/> on are ordinary memory.</summary>
    public void AddNormal(Pfn first, ulong pages)
    {
        ArgumentOutOfRangeException.ThrowIfZero(pages);
        _normal.Add((first, first + (pages - 1)));
    }

    /// <summary>Whether a frame has no <c>struct page</c> or a reserved one: never counted, never pinned (<c>is_invalid_reserved_pfn</c>).</summary>
    public bool IsInvalidReserved(Pfn pfn) => _normal.Count == 0 || AreInvalidReserved(pfn, 1);

    /// <summary>Whether that holds for all of <paramref name="pages"/> frames.</summary>
    public bool AreInvalidReserved(Pfn first, ulong pages)
    {
        foreach (var (normalFirst, normalLast) in _normal)
        {
            if (normalFirst <= first + (pages - 1) && normalLast >= first) return false;
        }

        return true;
    }
}
