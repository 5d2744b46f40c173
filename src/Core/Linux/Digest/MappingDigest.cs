using System.Globalization;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// One number for a mapping: XxHash3 over its maximal runs (address, frame, pages, permissions; each 8 bytes, little-endian). It does not depend
/// on the sizes of leaves, so two ways to build the same mapping agree.
/// </summary>
/// <param name="Value">The hash.</param>
public readonly record struct MappingDigest(ulong Value)
{
    private const int RunsPerRead = 64;

    /// <summary>The digest of everything in <paramref name="range"/>.</summary>
    public static MappingDigest Of<TFormat>(PageTable<TFormat> table, IovaRange range)
        where TFormat : struct, IRunFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        var hash = new MappingHash();
        var cursor = new RunCursor(range);
        Span<Run> runs = stackalloc Run[RunsPerRead];
        while (!cursor.IsAtEnd) hash.Append(runs[..table.ReadRuns(ref cursor, runs)]);
        return hash.Digest;
    }

    /// <summary>Sixteen hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
