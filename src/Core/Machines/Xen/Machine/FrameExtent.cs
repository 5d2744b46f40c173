using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>A stretch of a buffer that is contiguous in machine memory.</summary>
/// <param name="Offset">Its first page in the buffer.</param>
/// <param name="Mfn">Its first machine frame.</param>
/// <param name="Pages">Its length.</param>
public readonly record struct FrameExtent(ulong Offset, Pfn Mfn, ulong Pages);

/// <summary>The machine frames of a buffer, in order.</summary>
public sealed class FrameExtents
{
    private readonly FrameExtent[] _extents;

    private FrameExtents(FrameExtent[] extents) => _extents = extents;

    /// <summary>How many stretches there are.</summary>
    public int Count => _extents.Length;

    /// <summary>Pages in all.</summary>
    public ulong Pages => _extents.Length == 0 ? 0 : _extents[^1].Offset + _extents[^1].Pages;

    /// <summary>Length of the longest stretch.</summary>
    public ulong LongestPages => _extents.Length == 0 ? 0 : _extents.Max(extent => extent.Pages);

    /// <summary>The stretches.</summary>
    public ReadOnlySpan<FrameExtent> All => _extents;

    /// <summary>One stretch.</summary>
    public static FrameExtents Contiguous(Pfn mfn, ulong pages) => new([new FrameExtent(0, mfn, pages)]);

    /// <summary>Stretches of frames that may follow each other; those that do become one.</summary>
    public static FrameExtents Of(IEnumerable<(Pfn Mfn, ulong Pages)> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var extents = new List<FrameExtent>();
        var offset = 0UL;
        foreach (var (mfn, pages) in runs)
        {
            if (extents.Count > 0 && extents[^1].Mfn + extents[^1].Pages == mfn) extents[^1] = extents[^1] with { Pages = extents[^1].Pages + pages };
            else extents.Add(new FrameExtent(offset, mfn, pages));
            offset += pages;
        }

        return new FrameExtents([.. extents]);
    }

    /// <summary>The stretch from <paramref name="offset"/> on, to the end of its extent.</summary>
    public FrameExtent From(ulong offset)
    {
        var (low, high) = (0, _extents.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_extents[middle].Offset <= offset) low = middle;
            else high = middle - 1;
        }

        var extent = _extents[low];
        var skipped = offset - extent.Offset;
        return new FrameExtent(offset, extent.Mfn + skipped, extent.Pages - skipped);
    }
}
