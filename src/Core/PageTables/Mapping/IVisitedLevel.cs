using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>A level whose tables can be changed: it knows the one below it. Implemented by emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IVisitedLevel : ITableLevel
{
    /// <summary>Visits the part of a table of this level that lies in a range; see <see cref="LevelVisit"/>.</summary>
    static abstract bool Visit<TChange>(ref ChangeRequest request, ulong table, ulong input, ulong last)
        where TChange : struct, IRangeChange;
}
