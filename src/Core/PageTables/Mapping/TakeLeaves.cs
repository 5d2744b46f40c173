namespace Fast.PageTables;

/// <summary>Empties a range and tells where its leaves led, as runs: each leaf is looked at once, on its way out.</summary>
internal readonly struct TakeLeaves : IRangeChange
{
    public static bool AtHole(ref ChangeRequest request, ulong item)
    {
        request.IsRunOpen = false;
        return true;
    }

    public static bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel => Take<TLevel>(ref request, ref items, index, 1, input, isLinked: true);

    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        if (request.IsLastEmpty)
        {
            request.IsRunOpen = false;
            return true;
        }

        var before = request.Leaves[0];
        var isDone = Take<TLevel>(ref request, ref items, first, count, input, isLinked: true);
        request.Arena.AddItems(request.LastTable, -(long)(request.Leaves[0] - before));
        return isDone;
    }

    /// <summary>A last table of which every item could be a run goes whole where there is room for that: unlinked first, then read, and never written.</summary>
    public static bool AtTable<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        if (TBelow.Level != 0 || request.Runs.Length - request.Count < 1 << TBelow.Bits) return false;
        var table = TLevel.TableOf(LevelItems.Read<TLevel>(ref items, index));
        LevelItems.Publish<TLevel>(ref items, index, 0);
        Take<TBelow>(ref request, ref TableItems.In(request.Arena, table), 0, (nuint)1 << TBelow.Bits, input, isLinked: false);
        return true;
    }

    private static bool Take<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input, bool isLinked)
        where TLevel : struct, ITableLevel
    {
        var end = first + count;
        for (nuint some; first < end; first += some, input += (ulong)some << TLevel.Shift)
        {
            some = 1;
            var leaf = LevelItems.Read<TLevel>(ref items, first);
            if (!TLevel.IsLeaf(leaf))
            {
                request.IsRunOpen = false;
                if (isLinked && leaf != 0) Drop<TLevel>(ref request, ref items, first);
                continue;
            }

            some = CountOn<TLevel>(ref items, first, end, leaf);
            if (!TryAppend(ref request, input, TLevel.AddressOf(leaf, input) >> Pfn.Shift, ((ulong)some << TLevel.Shift) >> Pfn.Shift))
            {
                request.Next = input;
                return false;
            }

            if (isLinked) LeafFill.Fill<TLevel>(ref LevelItems.At<TLevel>(ref items, first), some, 0, 0);
            request.Leaves[TLevel.Level] += some;
        }

        return true;
    }

    /// <summary>Empties an item of a last table that is no leaf: it led nowhere, but the table was counted to hold it.</summary>
    private static void Drop<TLevel>(ref ChangeRequest request, ref ulong items, nuint index)
        where TLevel : struct, ITableLevel
    {
        LevelItems.Publish<TLevel>(ref items, index, 0);
        request.Arena.AddItems(request.LastTable, -1);
    }

    /// <summary>Makes the last run longer, or starts one; <see langword="false"/> when there is no room for it.</summary>
    private static bool TryAppend(ref ChangeRequest request, ulong input, ulong pfn, ulong pages)
    {
        if (request.IsRunOpen)
        {
            ref var open = ref request.Runs[request.Count - 1];
            if (open.Pfn.Value + open.Pages == pfn)
            {
                open = open.Extended(pages);
                return true;
            }
        }

        if (request.Count == request.Runs.Length) return false;
        request.Runs[request.Count++] = new Run(new Iova(input), new Pfn(pfn), pages, Permissions.None);
        request.IsRunOpen = true;
        return true;
    }

    /// <summary>How many items from a leaf on go on where it ends, itself included.</summary>
    private static nuint CountOn<TLevel>(ref ulong items, nuint first, nuint end, ulong leaf)
        where TLevel : struct, ITableLevel
    {
        if (TLevel.Hooks || first + 1 == end) return 1;
        if (TLevel.MaxLg2 == 0 || TLevel.RunStep != 0 || TLevel.ShiftOf(leaf) == TLevel.Shift)
            return 1 + LeafSteps.Count<TLevel>(ref LevelItems.At<TLevel>(ref items, first + 1), end - first - 1, leaf);
        // One word in all items of the leaf.
        var whole = (nuint)1 << (TLevel.ShiftOf(leaf) - TLevel.Shift);
        return Math.Min(whole - (first & (whole - 1)), end - first);
    }
}
