using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Makes one leaf of a block of smaller ones: of a whole table, or of items of one table that become a leaf of several.</summary>
internal readonly struct CollapseLeaves<TFormat> : IRangeChange
    where TFormat : struct, ILeafBits
{
    public static bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        if (!request.Ended) MergeItems<TLevel>(ref request, ref items, index, input);
        return false;
    }

    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        if (!request.Ended) MergeItems<TLevel>(ref request, ref items, first, input);
        return false;
    }

    public static bool AtHole(ref ChangeRequest request, ulong item) => false;

    public static bool AtTable<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        if (request.Ended) return false;
        if (!TLevel.CanLeaf || !TBelow.CanLeaf || request.Shift != TLevel.Shift)
        {
            request.Fail(ReshapeStatus.HoldsTables, input);
            return false;
        }

        var link = LevelItems.Read<TLevel>(ref items, index);
        var table = TLevel.TableOf(link);
        ref var children = ref TableItems.In(request.Arena, table);
        var count = (nuint)1 << (TLevel.Shift - TBelow.Shift);
        if (!TryMerge<TBelow>(ref request, ref children, count, input, out var merged)) return false;
        var leaf = TLevel.Word(TLevel.Place(LeafUse<TFormat>.With(merged.Attributes, merged.Accessed, merged.Dirty)), merged.Address, 0);
        while (true)
        {
            var seen = LevelItems.Exchange<TLevel>(ref items, index, leaf, link);
            if (seen == link) break;
            // Hardware has noted in the entry that it used the table.
            link = seen;
        }

        // Until they have forgotten the table, walkers may note use in it.
        request.Flush?.Invoke();
        var (accessed, dirty) = (false, false);
        for (nuint i = 0; i < count; i++)
        {
            var late = LevelItems.Read<TLevel>(ref children, i);
            accessed |= LeafUse<TFormat>.IsAccessed(late);
            dirty |= LeafUse<TFormat>.IsDirty(late);
        }

        LeafUse<TFormat>.Mark<TLevel>(ref items, index, accessed, dirty);
        (request.Status, request.Ended) = (ReshapeStatus.Done, true);
        return true;
    }

    /// <summary>Items of one table become a leaf of several. Use may stand in any of them.</summary>
    private static void MergeItems<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, ulong input)
        where TLevel : struct, ITableLevel
    {
        var leaf = LevelItems.Read<TLevel>(ref items, first);
        if (TLevel.IsLeaf(leaf) && TLevel.ShiftOf(leaf) >= request.Shift)
        {
            request.Fail(ReshapeStatus.AlreadyLarge, input);
            return;
        }

        var lg2 = request.Shift - TLevel.Shift;
        ref var run = ref LevelItems.At<TLevel>(ref items, first);
        if (!TryMerge<TLevel>(ref request, ref run, (nuint)1 << lg2, input, out var merged)) return;
        var word = TLevel.Word(TLevel.Place(merged.Attributes), merged.Address, lg2);
        for (nuint i = 0; i < (nuint)1 << lg2; i++, word += TLevel.RunStep)
        {
            while (true)
            {
                var old = LevelItems.Read<TLevel>(ref run, i);
                var (accessed, dirty) = (merged.Accessed || LeafUse<TFormat>.IsAccessed(old), merged.Dirty || LeafUse<TFormat>.IsDirty(old));
                if (LevelItems.Exchange<TLevel>(ref run, i, LeafUse<TFormat>.With(word, accessed, dirty), old) == old) break;
            }
        }

        request.Leaves[TLevel.Level] += 1UL << lg2;
        (request.Status, request.Ended) = (ReshapeStatus.Done, true);
    }

    /// <summary>Looks whether items are one block, and what they have in common.</summary>
    private static bool TryMerge<TLevel>(ref ChangeRequest request, ref ulong items, nuint count, ulong input, out Merged merged)
        where TLevel : struct, ITableLevel
    {
        merged = default;
        var software = ulong.MaxValue;
        for (nuint i = 0; i < count; i++, input += 1UL << TLevel.Shift)
        {
            var leaf = LevelItems.Read<TLevel>(ref items, i);
            if (!TLevel.IsPresent(leaf)) return request.Fail(ReshapeStatus.NoLeaf, input);
            if (!TLevel.IsLeaf(leaf)) return request.Fail(ReshapeStatus.HoldsTables, input);
            var attributes = TLevel.AttributesOf(leaf);
            var compared = LeafUse<TFormat>.Without(attributes) & ~TFormat.SoftwareMask;
            var address = TLevel.AddressOf(leaf, input);
            if (i == 0) (merged.Address, merged.Attributes) = (address, compared);
            if (address != merged.Address + ((ulong)i << TLevel.Shift)) return request.Fail(ReshapeStatus.NotContiguous, input);
            if (compared != merged.Attributes) return request.Fail(ReshapeStatus.Different, input);
            merged.Accessed |= LeafUse<TFormat>.IsAccessed(leaf);
            merged.Dirty |= LeafUse<TFormat>.IsDirty(leaf);
            software &= LeafUse<TFormat>.Without(attributes);
        }

        if ((merged.Address & ((1UL << request.Shift) - 1)) != 0) return request.Fail(ReshapeStatus.Misaligned, request.Input);
        // Software's bits stay where all leaves have them.
        merged.Attributes |= software & TFormat.SoftwareMask;
        return true;
    }

    private struct Merged
    {
        public ulong Address;
        public ulong Attributes;
        public bool Accessed;
        public bool Dirty;
    }
}
