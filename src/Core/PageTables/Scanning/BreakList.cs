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
    private int _runs;
    private bool _open;
    private nuint _start;
    private ulong _leaves;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BreakList(ref ulong table, nuint index, ulong input, ulong allowAbove, ulong denyAbove, ref RunWriter writer)
    {
        _table = ref table;
        _input = input;
        _allowAbove = allowAbove;
        _denyAbove = denyAbove;
        // An open run of the writer stands just before the unused records, so it continues as record -1.
        _unused = ref writer.Unused;
        _open = writer.IsOpen;
        _start = index;
    }

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
            var wasOpen = _open;
            _open = TLevel.IsPresent(item);
            if (!_open) continue;
            var pfn = new Pfn(TLevel.PfnOf(item));
            var permissions = TLevel.PermissionsOf(item, _allowAbove, _denyAbove);
            if (PresenceIsPermission && wasOpen && Continues(pfn, permissions)) continue;
            Unsafe.Add(ref _unused, _runs++) = new Run(new Iova(_input + ((ulong)at << TLevel.Shift)), pfn, 0, permissions);
        }
        while (breaks != 0);
    }

    /// <summary>Ends the scan before item <paramref name="end"/> and hands the runs to the writer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Finish(nuint end, ref RunWriter writer)
    {
        End(end);
        writer.Leaves[0] += _leaves;
        writer.Took(_runs, _open);
    }

    private readonly bool Continues(Pfn pfn, Permissions permissions)
    {
        ref var open = ref Unsafe.Add(ref _unused, _runs - 1);
        return open.Pfn + open.Pages == pfn && open.Permissions == permissions;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void End(nuint at)
    {
        if (!_open) return;
        var items = (ulong)(at - _start);
        _leaves += items;
        ref var open = ref Unsafe.Add(ref _unused, _runs - 1);
        open = open.Extended(items * PagesPerItem);
    }
}
