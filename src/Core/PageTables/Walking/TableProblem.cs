namespace Fast.PageTables;

/// <summary>What is wrong with an entry of a foreign table.</summary>
public enum TableProblemKind
{
    /// <summary>A walk ends at the entry for a reason other than that it is not present: <see cref="TableProblem.Status"/> says which.</summary>
    BadEntry,

    /// <summary>The table that the entry points to, or the root, is not backed by the memory.</summary>
    NotBacked,

    /// <summary>A leaf's address has bits below the leaf's size, which hardware ignores or refuses.</summary>
    MisalignedLeaf,

    /// <summary>Items that say they are one leaf do not agree: an item is missing, goes elsewhere, or allows something else.</summary>
    BrokenRun,
}

/// <summary>One thing that is wrong, and where.</summary>
/// <param name="Kind">What.</param>
/// <param name="Status">What a walk to the entry reports: with <see cref="TableProblemKind.BadEntry"/> and <see cref="TableProblemKind.NotBacked"/> why it ends.</param>
/// <param name="Level">Level of the table that holds the entry; for the root itself the top level plus one.</param>
/// <param name="Table">Physical address of that table, in bytes.</param>
/// <param name="Index">Index of the entry; both words of a dual entry have the same one.</param>
/// <param name="Entry">The entry, as it was read.</param>
/// <param name="Input">First input address that the entry translates, on the first way by which it was reached.</param>
public readonly record struct TableProblem(TableProblemKind Kind, WalkStatus Status, int Level, PhysicalAddress Table, int Index, ulong Entry, Iova Input)
{
    /// <summary>One line.</summary>
    public override string ToString()
    {
        var what = Kind switch
        {
            TableProblemKind.NotBacked => "points to a table that is not backed",
            TableProblemKind.MisalignedLeaf => "is a leaf with address bits below its size",
            TableProblemKind.BrokenRun => "belongs to a run whose items do not agree",
            _ => $"is refused ({Status})",
        };
        return $"level {Level}, table {Table}, index {Index}, input {Input}: 0x{Entry:x} {what}";
    }
}
