using System.Collections.Immutable;
using System.Runtime.Intrinsics.X86;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>
/// The physical memory of a machine in a file: raw, or an ELF core as QEMU's <c>dump-guest-memory</c> writes it. The file is mapped, not read: nothing is copied, and
/// of a large image only the tables that a walk visits are fetched. No privilege is needed, and any system will do.
/// </summary>
public sealed class MemoryImage : IDisposable
{
    // A span holds 2 GiB. Pieces end where no table crosses.
    private const ulong PieceBytes = 1UL << 30;
    private const int EntryBytes = sizeof(ulong);

    private readonly MappedFile _file;

    private MemoryImage(MappedFile file, ImmutableArray<ImageSegment> segments, ElfCore? core, ImmutableArray<string> notes)
    {
        _file = file;
        Segments = segments;
        IsElf = core is not null;
        Cpus = core?.Cpus ?? [];
        IsX86 = core?.IsX86 ?? false;
        IsLongMode = core?.IsLongMode ?? false;
        Notes = notes;
        Memory = new SegmentedMemory(segments.SelectMany(Pieces));
    }

    /// <summary>Whether it is an ELF core; otherwise it is raw.</summary>
    public bool IsElf { get; }

    /// <summary>Length of the file in bytes.</summary>
    public long FileBytes => _file.Bytes;

    /// <summary>What it holds, in the order of physical addresses; segments do not overlap.</summary>
    public ImmutableArray<ImageSegment> Segments { get; }

    /// <summary>Processors of the guest, if QEMU wrote them into the image.</summary>
    public ImmutableArray<ImageCpu> Cpus { get; }

    /// <summary>Whether the image says that it comes from an x86 machine.</summary>
    public bool IsX86 { get; }

    /// <summary>Whether the first processor was in 64-bit mode.</summary>
    public bool IsLongMode { get; }

    /// <summary>What is not as it should be about the file; one line each.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>The memory seam, for walkers. It ends with the image.</summary>
    public SegmentedMemory Memory { get; }

    /// <summary>Bytes of physical memory that the image holds.</summary>
    public ulong MemoryBytes => Segments.Aggregate(0UL, (sum, segment) => sum + segment.Bytes);

    /// <summary>Opens an image.</summary>
    /// <param name="path">The file.</param>
    /// <param name="physicalBase">Physical address of the first byte of a raw image; an ELF core says itself.</param>
    /// <exception cref="HostException">It is no image that can be walked in place. One line.</exception>
    public static MemoryImage Open(string path, ulong? physicalBase = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            if (Directory.Exists(path)) throw new HostException("is a folder; name a file with the memory of a machine");
            // Before it is opened: a pipe would wait for a writer.
            if (new FileInfo(path).Length == 0) throw new HostException("is empty, or no plain file: copy the memory into a file first");
            // Whoever writes the file may go on; a dump that is still being written is cut.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return Open(stream, physicalBase);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new HostException($"there is no file '{path}'; name a file with the memory of a machine");
        }
        catch (HostException problem)
        {
            throw new HostException($"'{path}' {problem.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new HostException($"'{path}' cannot be mapped: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Whether all of a stretch of physical memory is there.</summary>
    public bool Holds(ulong address, ulong bytes) =>
        Segments.Any(segment => address >= segment.Start && address <= segment.Last && bytes <= segment.Last - address + 1);

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => _file.Dispose();

    private static MemoryImage Open(FileStream stream, ulong? physicalBase)
    {
        var file = new ElfFile(stream);
        var head = file.Read(0, ForeignImage.HeadBytes);
        if (ForeignImage.Describe(head) is { } foreign) throw new HostException(foreign);
        var core = ElfCore.IsElf(head) ? ElfCore.Read(file) : null;
        if (core is not null && physicalBase is not null) throw new HostException("is an ELF core, which says itself where its segments lie: leave --base out");
        var notes = ImmutableArray.CreateBuilder<string>();
        var segments = core is null ? [Raw(stream.Length, physicalBase ?? 0)] : ImageSegments.Of(core.Segments, stream.Length, notes);
        // Notes are padded to 4 bytes, so entries may stand at odd places in the file. x86 reads them all the same, Arm's ordered loads do not.
        if (!X86Base.IsSupported && segments.Any(segment => ((ulong)segment.FileOffset - segment.Start) % EntryBytes != 0))
            throw new HostException("has segments at places that are no multiples of 8 bytes, which this processor cannot read in place: walk it on an x86 machine");
        var mapped = new MappedFile(stream);
        try
        {
            return new MemoryImage(mapped, segments, core, notes.ToImmutable());
        }
        catch
        {
            mapped.Dispose();
            throw;
        }
    }

    private static ImageSegment Raw(long bytes, ulong start) => start > ulong.MaxValue - ((ulong)bytes - 1)
        ? throw new HostException($"has 0x{bytes:x} bytes, which do not fit behind the base 0x{start:x}")
        : new ImageSegment(start, (ulong)bytes, 0);

    private IEnumerable<SegmentedMemory.Segment> Pieces(ImageSegment segment)
    {
        for (var done = 0UL; done < segment.Bytes;)
        {
            var start = segment.Start + done;
            var bytes = Math.Min(segment.Bytes - done, PieceBytes - (start & (PieceBytes - 1)));
            yield return new SegmentedMemory.Segment(start, _file.Piece(segment.FileOffset + (long)done, (int)bytes));
            done += bytes;
        }
    }
}
