using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>How output addresses are read from and written into entries.</summary>
internal static class Addresses
{
    /// <summary>Address of the table that <paramref name="entry"/> points to.</summary>
    public static string Table(FormatSpec spec, string entry) => Decode(spec, entry, 0);

    /// <summary>Output address of a leaf item: without the bits below the item's size.</summary>
    public static string Leaf(FormatSpec spec, LevelSpec level, string entry) => Decode(spec, entry, level.Shift);

    /// <summary>Output address of <paramref name="ia"/> through a leaf.</summary>
    public static string Output(FormatSpec spec, LevelSpec level, string entry, string ia)
    {
        if (level.Contiguity is { Replicates: true }) return $"OutputOf({entry}, {ia}, {Shift(spec, level, entry)})";
        return $"({Leaf(spec, level, entry)}) | ({ia} & {Words.Hex(level.OffsetMask)})";
    }

    /// <summary>Frame of the exact page that a leaf maps for <paramref name="ia"/>.</summary>
    public static string Pfn(FormatSpec spec, LevelSpec level, string entry, string ia) =>
        level.Shift == 12 && level.Contiguity is not { Replicates: true } ? $"({Leaf(spec, level, entry)}) >> 12" : $"({Output(spec, level, entry, ia)}) >> 12";

    /// <summary>log2 of the size of the leaf that <paramref name="entry"/> is or belongs to.</summary>
    public static string Shift(FormatSpec spec, LevelSpec level, string entry)
    {
        if (level.Contiguity is not { } contiguity) return level.Shift.ToString();
        return spec.NextLevel != null ? $"LeafShift({entry}, {level.Shift})" : $"LeafShift({entry}, {level.Shift}, {Words.Hex(contiguity.Flag)}, {contiguity.MinLg2})";
    }

    /// <summary>Entry bits of <paramref name="address"/>, a multiple of the granule.</summary>
    public static string Encode(FormatSpec spec, string address)
    {
        if (spec.IsInPlace) return address;
        return string.Join(" | ", spec.Segments.Select(segment => Encoded(spec, segment, address)));
    }

    private static string Encoded(FormatSpec spec, SegmentSpec segment, string address)
    {
        // Only the top segment needs no mask: no valid address has bits above it.
        var top = segment.AddressLo + segment.Width >= spec.OaBitsMax && segment.AddressLo <= spec.Granule;
        var mask = segment.Mask >> segment.EntryLo << segment.AddressLo;
        var masked = top ? address : $"({address} & {Words.Hex(mask)})";
        return Moved(masked, segment.EntryLo - segment.AddressLo);
    }

    private static string Decode(FormatSpec spec, string entry, int fromShift) => string.Join(
        " | ",
        spec.Segments
            .Where(segment => segment.MaskFrom(fromShift) != 0)
            .Select(segment => Moved($"{entry} & {Words.Hex(segment.MaskFrom(fromShift))}", segment.AddressLo - segment.EntryLo, spec.Segments.Count > 1)));

    private static string Moved(string bits, int left, bool bracket = false)
    {
        var text = left == 0 ? bits : left > 0 ? $"({bits}) << {left}" : $"({bits}) >> {-left}";
        return bracket ? $"({text})" : text;
    }
}
