using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// Ordinary memory behind an area: which frames, in which order, in folios of which size. Where frames come from is the host's history; here the
/// caller says it, so that the number of contiguous runs is known.
/// </summary>
public sealed class RamPages
{
    private readonly ImmutableArray<RamStretch> _stretches;
    private readonly ulong[] _starts;
    private int _last;

    /// <summary>Memory of these stretches, one after the other.</summary>
    /// <param name="kind">What it is made of.</param>
    /// <param name="stretches">Frames. Of hugetlb memory each begins and ends at a bound of a folio.</param>
    /// <exception cref="ArgumentException">No stretch, an empty one, or one that cuts a hugetlb folio.</exception>
    public RamPages(RamKind kind, params ReadOnlySpan<RamStretch> stretches)
    {
        if (stretches.IsEmpty) throw new ArgumentException("no memory: give at least one stretch", nameof(stretches));
        Kind = kind;
        FolioSize = kind switch { RamKind.Pages4K => PageSize.Size4K, RamKind.Hugetlb1G => PageSize.Size1G, _ => PageSize.Size2M };
        var whole = IsHugetlb ? FolioSize.Pages - 1 : 0;
        _starts = new ulong[stretches.Length];
        for (var i = 0; i < stretches.Length; i++)
        {
            var stretch = stretches[i];
            if (stretch.Pages == 0) throw new ArgumentException($"stretch {i} is empty", nameof(stretches));
            if (((stretch.First.Value | stretch.Pages) & whole) != 0) throw new ArgumentException($"stretch {i} at {stretch.First} cuts a folio of {FolioSize}", nameof(stretches));
            _starts[i] = Pages;
            Pages += stretch.Pages;
        }

        _stretches = [.. stretches];
    }

    /// <summary>What it is made of.</summary>
    public RamKind Kind { get; }

    /// <summary>The size of a whole folio.</summary>
    public PageSize FolioSize { get; }

    /// <summary>How many pages.</summary>
    public ulong Pages { get; }

    /// <summary>Whether folios are never split.</summary>
    public bool IsHugetlb => Kind is RamKind.Hugetlb2M or RamKind.Hugetlb1G;

    /// <summary>Maps the memory at a fixed address; nothing is filled in yet.</summary>
    /// <param name="mm">The address space. Its <see cref="StructPages"/> should know the frames as normal, or they count as reserved.</param>
    /// <param name="at">Where; hugetlb memory wants a multiple of its folio.</param>
    /// <param name="flags">Read, write, advice.</param>
    /// <param name="area">The area.</param>
    public Errno Mmap(AddressSpace mm, Va at, AreaFlags flags, out Area? area)
    {
        ArgumentNullException.ThrowIfNull(mm);
        area = null;
        var mask = IsHugetlb ? FolioSize.OffsetMask : PageSize.Size4K.OffsetMask;
        if ((at.Value & mask) != 0 || (flags & (AreaFlags.Io | AreaFlags.Pfnmap)) != 0) return Errno.EINVAL;
        var candidate = new Area(at, flags, this);
        var errno = mm.Insert(candidate);
        if (errno == Errno.None) area = candidate;
        return errno;
    }

    /// <summary>The frame of a page.</summary>
    internal Pfn PfnOf(ulong page)
    {
        var index = IndexOf(page);
        return _stretches[index].First + (page - _starts[index]);
    }

    /// <summary>Whether <paramref name="pages"/> pages from <paramref name="page"/> on are one folio: contiguous and aligned.</summary>
    internal bool IsFolio(ulong page, ulong pages)
    {
        var index = IndexOf(page);
        var within = page - _starts[index];
        return ((_stretches[index].First.Value + within) & (pages - 1)) == 0 && within + pages <= _stretches[index].Pages;
    }

    private int IndexOf(ulong page)
    {
        if (page >= _starts[_last] && page - _starts[_last] < _stretches[_last].Pages) return _last;
        var index = Array.BinarySearch(_starts, page);
        return _last = index >= 0 ? index : ~index - 1;
    }
}
