using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>
/// How wide the items of a table are, as a constant of emitted code, so that what is written for both widths is compiled for one. Tables are handed on as a
/// reference to their first word whatever their width; only code that knows the width steps from it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IItemWidth
{
    /// <summary>Bytes of an item: 4 or 8.</summary>
    static virtual int EntryBytes => 8;
}
