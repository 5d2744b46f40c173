using System.Buffers.Binary;
using System.IO.Hashing;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>Makes a <see cref="MappingDigest"/> of runs that somebody else reads, in the order of their addresses. The runs must be maximal.</summary>
public sealed class MappingHash
{
    private const int RunsPerBlock = 64;
    private const int BytesPerRun = 4 * sizeof(ulong);
    private readonly XxHash3 _hash = new();

    /// <summary>The digest of what was appended so far.</summary>
    public MappingDigest Digest => new(_hash.GetCurrentHashAsUInt64());

    /// <summary>Takes the runs that follow.</summary>
    public void Append(ReadOnlySpan<Run> runs)
    {
        Span<byte> bytes = stackalloc byte[RunsPerBlock * BytesPerRun];
        while (!runs.IsEmpty)
        {
            var block = runs[..Math.Min(RunsPerBlock, runs.Length)];
            for (var i = 0; i < block.Length; i++) Write(bytes[(i * BytesPerRun)..], block[i]);
            _hash.Append(bytes[..(block.Length * BytesPerRun)]);
            runs = runs[block.Length..];
        }
    }

    private static void Write(Span<byte> bytes, in Run run)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, run.Start.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], run.Pfn.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], run.Pages);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (ulong)run.Permissions);
    }
}
