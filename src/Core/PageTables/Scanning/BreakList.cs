using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// What the vector scanners share: they find the items at which a run breaks, 64 items to a mask; this turns each break into the end of one run
/// and the start of the next. A hole is a run that goes to a scratch record.
/// </summary>
internal ref struct BreakList<TLevel>
    where TLevel : struct, ILastLevel
{
    private readonly ulong _input;
    private readonly ulong _allowAbove;
    private readonly ulong _denyAbove;
    private readonly ref ulong _table;
    private readonly ref Run _unused;
    private nuint _start;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BreakList(ref ulong table, nuint index, ulong input, ulong allowAbove, ulong denyAbove, ref RunWriter writer)
    {
        _table = ref table;
        _input = input;
        _allowAbove = allowAbove;
        _denyAbove = denyAbove;
        // An open run of the writer stands just before the unused records, so it continues as record -1.
        _unused = ref writer.Unused;
        IsOpen = writer.IsOpen;
        _start = index;
    }

    /// <summary>Runs that were started.</summary>
    public int Runs { get; private set; }

    /// <summary>Whether the last one may go on.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Leaves that were read.</summary>
    public ulong Leaves { get; private set; }

    /// <summary>
    /// Where the bits that make an item present are permission bits too (VT-d: R, W), they are compared even when a level above has decided
    /// them; a break may then be none.
    /// </summary>
    private static bool PresenceIsPermission => (TLevel.PresentMask & TLevel.PermissionMask) != 0;

    private static ulong PagesPerItem => 1UL << (TLevel.Shift - Pfn.Shift);

    /// <summary>Ends what is open at each break of <paramref name="breaks"/> and starts what begins there; bit 0 is item <paramref name="index"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(ulong breaks, nuint index)
    {
        do
        {
            var at = index + (nuint)BitOperations.TrailingZeroCount(breaks);
            breaks &= breaks - 1;
            End(at);
            var item = TableItems.Read(ref _table, at);
            _start = at;
            var wasOpen = IsOpen;
            IsOpen = TLevel.IsPresent(item);
            if (!IsOpen) continue;
            var pfn = new Pfn(TLevel.PfnOf(item));
            var permissions = TLevel.PermissionsOf(item, _allowAbove, _denyAbove);
            if (PresenceIsPermission && wasOpen && Continues(pfn, permissions)) continue;
            Unsafe.Add(ref _unused, Runs++) = new Run(new Iova(_input + ((ulong)at << TLevel.Shift)), pfn, 0, permissions);
        }
        while (breaks != 0);
    }

    /// <summary>Ends what is open before item <paramref name="at"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End(nuint at)
    {
        if (!IsOpen) return;
        var items = (ulong)(at - _start);
        Leaves += items;
        ref var open = ref Unsafe.Add(ref _unused, Runs - 1);
        open = open.Extended(items * PagesPerItem);
    }

    private readonly bool Continues(Pfn pfn, Permissions permissions)
    {
        ref var open = ref Unsafe.Add(ref _unused, Runs - 1);
        return open.Pfn + open.Pages == pfn && open.Permissions == permissions;
    }
}
