using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>Single leaves as words, level by level. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LeafCoding
{
    /// <summary>The first item of a leaf of <paramref name="size"/>, if this level holds such leaves and the address is aligned to them.</summary>
    public static bool TryEncode<TLevel>(PageSize size, PhysicalAddress address, ulong bits, ref ulong raw)
        where TLevel : struct, ITableLevel
    {
        if (!HasSize<TLevel>(size.Shift) || (address.Value & size.OffsetMask) != 0) return false;
        raw = TLevel.Word(bits | TLevel.LeafValue, address.Value, size.Shift - TLevel.Shift);
        return true;
    }

    /// <summary>Output address of the leaf of <paramref name="size"/> that <paramref name="raw"/> is or belongs to, if it is one of this level.</summary>
    public static bool TryDecode<TLevel>(PageSize size, ulong raw, ref PhysicalAddress address)
        where TLevel : struct, ITableLevel
    {
        if (!HasSize<TLevel>(size.Shift) || !TLevel.IsLeaf(raw) || TLevel.ShiftOf(raw) != size.Shift) return false;
        address = new PhysicalAddress(TLevel.AddressOf(raw, 0) & ~size.OffsetMask);
        return true;
    }

    private static bool HasSize<TLevel>(int shift)
        where TLevel : struct, ITableLevel
    {
        var lg2 = shift - TLevel.Shift;
        return shift != TLevel.ExceptShift && (lg2 == 0 || (lg2 >= TLevel.MinLg2 && lg2 <= TLevel.MaxLg2));
    }
}
