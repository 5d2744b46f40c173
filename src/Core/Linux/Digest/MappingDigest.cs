using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
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
    private const int WordsPerRun = 4;

    /// <summary>The digest of everything in <paramref name="range"/>.</summary>
    public static MappingDigest Of<TFormat>(PageTable<TFormat> table, IovaRange range)
        where TFormat : struct, IRunFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        var hash = new XxHash3();
        var cursor = new RunCursor(range);
        Span<Run> runs = stackalloc Run[RunsPerRead];
        Span<byte> bytes = stackalloc byte[RunsPerRead * WordsPerRun * sizeof(ulong)];
        while (!cursor.IsAtEnd)
        {
            var count = table.ReadRuns(ref cursor, runs);
            for (var i = 0; i < count; i++) Write(bytes[(i * WordsPerRun * sizeof(ulong))..], runs[i]);
            hash.Append(bytes[..(count * WordsPerRun * sizeof(ulong))]);
        }

        return new MappingDigest(hash.GetCurrentHashAsUInt64());
    }

    /// <summary>Sixteen hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);

    private static void Write(Span<byte> bytes, in Run run)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, run.Start.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], run.Pfn.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], run.Pages);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (ulong)run.Permissions);
    }
}
