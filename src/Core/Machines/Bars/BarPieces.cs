using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>A stretch of a mapping whose frames follow each other, with a hole or a jump behind it.</summary>
/// <param name="Offset">Its first byte, from the start of the mapping.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="First">Its first frame.</param>
internal readonly record struct BarPiece(ulong Offset, ulong Bytes, Pfn First)
{
    /// <summary>The pieces of a case, in order.</summary>
    public static IEnumerable<BarPiece> Of(BarCase barCase, ulong physical)
    {
        var conditions = barCase.Conditions;
        var (unit, every) = (conditions.Unit.Bytes, conditions.BreakEvery ?? barCase.Bytes);
        var units = barCase.Bytes / unit;
        // Jumps keep what decides about the size of leaves: a BAR's by 1 GiB, memory's by a unit, so that a huge page stays one.
        var gap = conditions.Ram is null ? PageSize.Size1G.Bytes : Math.Max(unit, conditions.Ram == RamKind.Thp ? PageSize.Size2M.Bytes : 0);
        var hole = 1;
        for (ulong at = 0; at < barCase.Bytes;)
        {
            var nextHole = hole <= conditions.Holes ? (ulong)hole * units / (ulong)(conditions.Holes + 1) * unit : barCase.Bytes;
            if (at == nextHole && hole <= conditions.Holes)
            {
                hole++;
                at += unit;
                continue;
            }

            var end = Math.Min(Math.Min(nextHole, ((at / every) + 1) * every), barCase.Bytes);
            yield return new BarPiece(at, end - at, new Pfn((physical + at + (at / every * gap)) >> Pfn.Shift));
            at = end;
        }
    }
}
