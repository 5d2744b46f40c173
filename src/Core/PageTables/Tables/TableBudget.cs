namespace Fast.PageTables;

/// <summary>
/// How many tables walks may still read, and how many they did. Tables that somebody else wrote may point to themselves or share tables in millions of places: every
/// single walk ends, a scan of the whole address space would take years.
/// </summary>
/// <param name="most">Tables that may be read.</param>
public struct TableBudget(ulong most)
{
    /// <summary>Tables that may be read.</summary>
    public ulong Most { get; } = most;

    /// <summary>Tables that were asked for and counted; one that is reached in two ways counts twice.</summary>
    public ulong Read { get; internal set; }

    /// <summary>Of those, the ones that the memory does not have.</summary>
    public ulong NotBacked { get; internal set; }

    /// <summary>Whether a table was refused: what was found is not everything.</summary>
    public bool IsExceeded { get; internal set; }
}
