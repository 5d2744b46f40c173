using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>Who has which stretch of an address space or of a device's memory: contiguous ranges of frames, first fit from a place that the caller chooses.</summary>
public sealed class FrameRanges
{
    private readonly List<(ulong Start, ulong Pages)> _free = [];

    /// <summary>All of it free.</summary>
    public FrameRanges(Pfn start, ulong pages)
    {
        Start = start;
        Pages = pages;
        if (pages > 0) _free.Add((start.Value, pages));
    }

    /// <summary>First frame.</summary>
    public Pfn Start { get; }

    /// <summary>Frames in all.</summary>
    public ulong Pages { get; }

    /// <summary>Free frames.</summary>
    public ulong FreePages => _free.Aggregate(0UL, (sum, range) => sum + range.Pages);

    /// <summary>Takes a range.</summary>
    /// <param name="pages">Its length.</param>
    /// <param name="alignment">A power of two of frames.</param>
    /// <param name="from">Where to look first; the search goes on at the beginning.</param>
    /// <param name="start">Its first frame.</param>
    /// <returns><see langword="false"/> when there is none; nothing has changed then.</returns>
    public bool TryTake(ulong pages, ulong alignment, Pfn from, out Pfn start)
    {
        ArgumentOutOfRangeException.ThrowIfZero(pages);
        var found = Find(pages, alignment, from.Value) ?? Find(pages, alignment, 0);
        start = new Pfn(found ?? 0);
        if (found is not { } at) return false;
        var index = IndexOf(at);
        var (head, length) = _free[index];
        var tail = head + length - (at + pages);
        _free.RemoveAt(index);
        if (tail > 0) _free.Insert(index, (at + pages, tail));
        if (at > head) _free.Insert(index, (head, at - head));
        return true;
    }

    /// <summary>Gives a range back.</summary>
    /// <exception cref="ArgumentException">Some of it is free already.</exception>
    public void Give(Pfn start, ulong pages)
    {
        var index = _free.FindIndex(range => range.Start >= start.Value);
        if (index < 0) index = _free.Count;
        var joinsBefore = index > 0 && _free[index - 1].Start + _free[index - 1].Pages >= start.Value;
        if ((index < _free.Count && _free[index].Start < start.Value + pages) || (joinsBefore && _free[index - 1].Start + _free[index - 1].Pages > start.Value))
            throw new ArgumentException($"{pages} frames from {start} on are not all taken", nameof(start));
        if (index < _free.Count && _free[index].Start == start.Value + pages)
        {
            pages += _free[index].Pages;
            _free.RemoveAt(index);
        }

        if (joinsBefore) _free[index - 1] = (_free[index - 1].Start, _free[index - 1].Pages + pages);
        else _free.Insert(index, (start.Value, pages));
    }

    private int IndexOf(ulong at) => _free.FindIndex(range => at >= range.Start && at < range.Start + range.Pages);

    private ulong? Find(ulong pages, ulong alignment, ulong from)
    {
        foreach (var (start, length) in _free)
        {
            var at = (Math.Max(start, from) + alignment - 1) & ~(alignment - 1);
            if (at + pages <= start + length && at >= start) return at;
        }

        return null;
    }
}
