using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>How the items of one last-level table mean what they mean: constants of a format, by emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ILastLevel : IItemWidth
{
    /// <summary>log2 of what one item maps.</summary>
    static abstract int Shift { get; }

    /// <summary>The address field.</summary>
    static abstract ulong AddressMask { get; }

    /// <summary>What the address field grows by from one contiguous item to the next.</summary>
    static abstract ulong Step { get; }

    /// <summary>Bits that decide whether an item is present.</summary>
    static abstract ulong PresentMask { get; }

    /// <summary>Permission bits.</summary>
    static abstract ulong PermissionMask { get; }

    /// <summary>Permission bits of an item that change nothing, because a level above has decided.</summary>
    static abstract ulong SettledBits(ulong allowAbove, ulong denyAbove);

    /// <summary>Whether an item is present.</summary>
    static abstract bool IsPresent(ulong item);

    /// <summary>Whether items that differ in what a scanner compares may still belong to one run, so that a break must be looked at twice.</summary>
    static abstract bool BreaksMayContinue { get; }

    /// <summary>Bits of which one is set in an item that holds the same word as its neighbours, because together they are one leaf; 0: there are none.</summary>
    static abstract ulong ReplicatedMask { get; }

    /// <summary>Frame of the page that an item maps at an input address; items of one leaf may hold the same word.</summary>
    static abstract ulong PfnOf(ulong item, ulong input);

    /// <summary>What an item allows under the levels above it.</summary>
    /// <param name="item">The item.</param>
    /// <param name="allowAbove">AND of the entries above.</param>
    /// <param name="denyAbove">OR of the entries above.</param>
    static abstract Permissions PermissionsOf(ulong item, ulong allowAbove, ulong denyAbove);
}

/// <summary>Finds the runs in items [index, end) of one last-level table.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IRunScanner
{
    /// <summary>Scans; returns <paramref name="end"/>, or the item at which the writer was full.</summary>
    /// <param name="table">Item 0 of the table.</param>
    /// <param name="index">First item.</param>
    /// <param name="end">Item after the last.</param>
    /// <param name="input">Input address of item 0.</param>
    /// <param name="allowAbove">AND of the entries above.</param>
    /// <param name="denyAbove">OR of the entries above.</param>
    /// <param name="writer">Where runs go.</param>
    static abstract nuint Scan<TLevel>(
        ref ulong table, nuint index, nuint end, ulong input, ulong allowAbove, ulong denyAbove, ref RunWriter writer)
        where TLevel : struct, ILastLevel;

    /// <summary>How many of the large leaves from <paramref name="items"/> on continue <paramref name="leaf"/>, which stands before them; at most <paramref name="count"/>.</summary>
    /// <param name="items">The first item to compare.</param>
    /// <param name="count">Most items that matter.</param>
    /// <param name="readable">Items that may be read: more, when the table goes on behind the range.</param>
    /// <param name="leaf">The leaf before the first item.</param>
    static virtual nuint CountSteps<TLevel>(ref ulong items, nuint count, nuint readable, ulong leaf)
        where TLevel : struct, ITableLevel => LeafSteps.Count<TLevel>(ref items, count, leaf);
}
