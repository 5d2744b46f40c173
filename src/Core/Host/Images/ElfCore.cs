using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Host;

/// <summary>The headers of an ELF core that holds physical memory: what QEMU's <c>dump-guest-memory</c> and <c>virsh dump --memory-only</c> write.</summary>
/// <param name="Segments">Its loadable segments, as they stand in the headers.</param>
/// <param name="Cpus">Control registers from QEMU's notes, in the order of the processors.</param>
/// <param name="IsX86">Whether it is a core of x86.</param>
/// <param name="IsLongMode">Whether the first processor was in 64-bit mode.</param>
internal sealed record ElfCore(ImmutableArray<ElfSegment> Segments, ImmutableArray<ImageCpu> Cpus, bool IsX86, bool IsLongMode)
{
    private const int TypeCore = 4;
    private const int Machine386 = 3;
    private const int MachineX64 = 62;
    private const int Load = 1;
    private const int Note = 4;
    private const uint ManyHeaders = 0xffff;
    private const uint MostHeaders = 1 << 20;

    /// <summary>Whether a file begins as an ELF file does.</summary>
    public static bool IsElf(ReadOnlySpan<byte> head) => head.StartsWith("\u007fELF"u8);

    /// <summary>Reads the headers and notes.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="HostException">They are not those of a core with physical memory. The message goes on where a name stands.</exception>
    public static ElfCore Read(ElfFile file)
    {
        var head = file.Read(0, 64);
        if (head.Length < 52) throw new HostException("ends inside the ELF header");
        if (head[5] != 1) throw new HostException("is a big-endian ELF file; only little-endian ones are read");
        if (head[4] is not (1 or 2)) throw new HostException($"is an ELF file of the unknown class {head[4]}");
        var layout = head[4] == 2 ? ElfLayout.Of64 : ElfLayout.Of32;
        if (head.Length < layout.HeaderBytes) throw new HostException("ends inside the ELF header");
        var type = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(16));
        if (type != TypeCore) throw new HostException(string.Create(CultureInfo.InvariantCulture, $"is an ELF file of type {type}, not a core: a program or a library holds no memory of a machine"));
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(18));

        var segments = ImmutableArray.CreateBuilder<ElfSegment>();
        var cpus = ImmutableArray.CreateBuilder<ImageCpu>();
        foreach (var segment in Headers(file, layout, head))
        {
            if (segment.Type == Note) ElfNotes.AddCpus(file.Read(segment.Offset, ElfNotes.MostBytes, segment.FileBytes), cpus);
            if (segment.Type == Load && segment.FileBytes != 0) segments.Add(segment);
        }

        if (segments.Count == 0) throw new HostException("is an ELF core without a loadable segment: it holds no memory");
        if (segments.Count > 1 && segments.All(segment => segment.Physical == 0))
            throw new HostException("is the core of a process: its segments have virtual addresses only, and the page tables are not in it");
        return new ElfCore(segments.ToImmutable(), cpus.ToImmutable(), machine is Machine386 or MachineX64, machine == MachineX64);
    }

    private static IEnumerable<ElfSegment> Headers(ElfFile file, ElfLayout layout, byte[] head)
    {
        var (offset, size, count) = (layout.Word(head, layout.PhOff), BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(layout.PhEntSize)), (uint)BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(layout.PhNum)));
        if (count == ManyHeaders)
        {
            // More than 16 bits can say: the number stands in the first section header.
            var section = file.Read(layout.Word(head, layout.ShOff), layout.SectionBytes);
            if (section.Length < layout.SectionBytes) throw new HostException("has its number of segments behind its end: it is cut");
            count = BinaryPrimitives.ReadUInt32LittleEndian(section.AsSpan(layout.ShInfo));
        }

        if (size < layout.SegmentBytes) throw new HostException(string.Create(CultureInfo.InvariantCulture, $"has segment headers of {size} bytes, which cannot be"));
        if (count > MostHeaders) throw new HostException(string.Create(CultureInfo.InvariantCulture, $"says that it has {count} segments, which cannot be"));
        for (var i = 0U; i < count; i++)
        {
            var bytes = file.Read(unchecked(offset + ((ulong)i * size)), layout.SegmentBytes);
            if (bytes.Length < layout.SegmentBytes) throw new HostException(string.Create(CultureInfo.InvariantCulture, $"ends inside its segment headers, at number {i} of {count}: it is cut"));
            yield return layout.Segment(bytes);
        }
    }
}
