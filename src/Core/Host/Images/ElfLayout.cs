using System.Buffers.Binary;

namespace Fast.Host;

/// <summary>A program header of an ELF file.</summary>
internal readonly record struct ElfSegment(uint Type, ulong Offset, ulong Physical, ulong FileBytes);

/// <summary>Where fields stand in ELF headers (System V gABI, chapters 4 and 5): offsets in bytes.</summary>
internal sealed record ElfLayout(int WordBytes, int HeaderBytes, int PhOff, int ShOff, int PhEntSize, int PhNum, int SegmentBytes, int Offset, int Physical, int FileBytes, int SectionBytes, int ShInfo)
{
    /// <summary>Class 2.</summary>
    public static ElfLayout Of64 { get; } = new(8, 64, 32, 40, 54, 56, 56, 8, 24, 32, 64, 44);

    /// <summary>Class 1.</summary>
    public static ElfLayout Of32 { get; } = new(4, 52, 28, 32, 42, 44, 32, 4, 12, 16, 40, 28);

    /// <summary>A field that is as wide as an address.</summary>
    public ulong Word(ReadOnlySpan<byte> bytes, int at) => WordBytes == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>A program header.</summary>
    public ElfSegment Segment(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt32LittleEndian(bytes), Word(bytes, Offset), Word(bytes, Physical), Word(bytes, FileBytes));
}

/// <summary>Reads pieces of a file by offset.</summary>
internal sealed class ElfFile(FileStream stream)
{
    /// <summary>At most <paramref name="most"/> of <paramref name="bytes"/> bytes; fewer where the file ends.</summary>
    public byte[] Read(ulong offset, int most, ulong bytes = ulong.MaxValue)
    {
        var length = (ulong)stream.Length;
        if (offset >= length) return [];
        var buffer = new byte[(int)Math.Min(Math.Min((ulong)most, bytes), length - offset)];
        var read = 0;
        while (read < buffer.Length && RandomAccess.Read(stream.SafeFileHandle, buffer.AsSpan(read), (long)offset + read) is var more and > 0) read += more;
        return read == buffer.Length ? buffer : buffer[..read];
    }
}
