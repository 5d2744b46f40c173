namespace Fast.PageTables;

/// <summary>
/// The memory seam: where a walker finds the table that an entry points to. Implemented by structs, so that the JIT specialises each walk for
/// the memory it runs over: an arena, a span, segments of an image.
/// </summary>
public interface ITableMemory
{
    /// <summary>
    /// Whether every address found in an entry is backed, because only trusted code wrote the entries. The test for it then vanishes.
    /// </summary>
    static abstract bool AlwaysBacked { get; }

    /// <summary>The first byte of the table at <paramref name="address"/>.</summary>
    /// <param name="address">Physical address of the table, as it stands in an entry or in the root register.</param>
    /// <param name="bytes">Length of the table; all of it must be backed.</param>
    /// <returns>A null reference when any byte of the table is not backed.</returns>
    ref byte Table(ulong address, nuint bytes);
}
