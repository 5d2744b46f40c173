using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>A root that grows: the old root becomes the first table of a new one. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RootGrowth
{
    /// <summary>Makes the root reach <paramref name="last"/>. Level and address change in one exchange: a reader sees the old pair or the new one.</summary>
    public static MapStatus Grow(FormatFacts facts, TableArena arena, ref ulong root, ulong last)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(arena);
        while (true)
        {
            var old = Volatile.Read(ref root);
            var top = facts.RootLevel(old);
            var width = facts.Levels[top].Shift + facts.Levels[top].Bits;
            if (top == facts.TopLevel || width >= 64 || last >> width == 0) return MapStatus.Done;
            var above = facts.Levels[top + 1];
            if (!arena.TryAllocate(above.TableBytes, zeroed: true, out var table)) return MapStatus.OutOfTables;
            var link = above.TableValue;
            foreach (var segment in facts.Segments) link |= segment.Entry(facts.RootAddress(old));
            FactItems.Publish(facts, ref TableItems.In(arena, table), 0, link);
            if (Interlocked.CompareExchange(ref root, table | (uint)(top + 1), old) != old) arena.Free(table, above.TableBytes);
        }
    }
}
