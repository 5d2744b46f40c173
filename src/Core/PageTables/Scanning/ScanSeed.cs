using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>What a vector scanner compares: which bits break a run, and the item that would continue the run that is open.</summary>
internal readonly struct ScanSeed
{
    /// <summary>Address, presence and those permission bits that the levels above leave undecided.</summary>
    public readonly ulong Compare;

    /// <summary>The item before the first one, as the open run implies it; no item matches when no run is open.</summary>
    public readonly ulong Previous;

    private ScanSeed(ulong compare, ulong previous) => (Compare, Previous) = (compare, previous);

    /// <summary>The seed for a scan that begins with <paramref name="first"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScanSeed Of<TLevel>(ulong first, in ScanContext context, in RunWriter writer)
        where TLevel : struct, ILastLevel
    {
        var undecided = TLevel.PermissionMask & ~TLevel.SettledBits(context.AllowAbove, context.DenyAbove);
        var compare = TLevel.AddressMask | TLevel.PresentMask | undecided;
        var continues = writer.IsOpen
            && TLevel.IsPresent(first)
            && writer.Continues(TLevel.PfnOf(first), TLevel.PermissionsOf(first, context.AllowAbove, context.DenyAbove));
        // No masked item equals ~0 + Step: the result has bits outside the compared ones.
        return new ScanSeed(compare, continues ? (first & compare) - TLevel.Step : ulong.MaxValue);
    }
}
