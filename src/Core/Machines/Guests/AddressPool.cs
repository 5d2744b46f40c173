namespace Fast.Machines;

/// <summary>Addresses to give away: apertures, and what of them is taken.</summary>
/// <param name="apertures">The apertures, those to take from first at the front.</param>
internal sealed class AddressPool(params IEnumerable<BusRange> apertures)
{
    private readonly List<BusRange> _apertures = [.. apertures];
    private readonly List<BusRange> _taken = [];

    /// <summary>Takes exactly that range, if it lies in one aperture and nothing of it is taken.</summary>
    public bool TryClaim(BusRange range)
    {
        if (!_apertures.Exists(aperture => aperture.Contains(range)) || _taken.Exists(taken => taken.Overlaps(range))) return false;
        _taken.Add(range);
        return true;
    }

    /// <summary>Takes the lowest free place of the first aperture that has one.</summary>
    /// <param name="bytes">Length.</param>
    /// <param name="alignment">A power of two.</param>
    /// <param name="within">Addresses that may be used.</param>
    public BusRange? Allocate(ulong bytes, ulong alignment, BusRange within)
    {
        foreach (var aperture in _apertures)
        {
            if (aperture.Intersect(within) is not { } usable) continue;
            var start = AlignUp(usable.Start, alignment);
            while (start is { } at && at <= usable.Last && usable.Last - at >= bytes - 1)
            {
                var range = BusRange.Of(at, bytes);
                var inTheWay = _taken.FindIndex(taken => taken.Overlaps(range));
                if (inTheWay < 0)
                {
                    _taken.Add(range);
                    return range;
                }

                start = _taken[inTheWay].Last == ulong.MaxValue ? null : AlignUp(_taken[inTheWay].Last + 1, alignment);
            }
        }

        return null;
    }

    /// <summary>Gives a range back.</summary>
    public void Release(BusRange range) => _taken.Remove(range);

    private static ulong? AlignUp(ulong value, ulong alignment)
    {
        var rest = value & (alignment - 1);
        if (rest == 0) return value;
        var up = value + (alignment - rest);
        return up < value ? null : up;
    }
}
