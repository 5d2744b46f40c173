using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Fast.Host;

/// <summary>
/// Notes of an ELF core: name size, descriptor size and type, 4 bytes each; name and descriptor follow, padded to 4. QEMU adds one of its own for each processor
/// (<c>QEMUCPUState</c> of its x86 dump code): version, size, 18 registers of 8 bytes, 10 segment registers of 24 bytes, then CR0 to CR4.
/// </summary>
internal static class ElfNotes
{
    /// <summary>Bytes that are read of a note segment: thousands of processors fit.</summary>
    public const int MostBytes = 64 << 20;

    private const int HeadBytes = 12;
    private const int Version = 1;
    private const int ControlRegisters = 8 + (18 * 8) + (10 * 24);

    /// <summary>Adds the control registers of every processor that a note describes. Notes that are cut end the reading.</summary>
    public static void AddCpus(ReadOnlySpan<byte> notes, ImmutableArray<ImageCpu>.Builder cpus)
    {
        while (notes.Length >= HeadBytes)
        {
            var nameBytes = BinaryPrimitives.ReadUInt32LittleEndian(notes);
            var bytes = BinaryPrimitives.ReadUInt32LittleEndian(notes[4..]);
            var start = HeadBytes + Padded(nameBytes);
            if (start + bytes > (ulong)notes.Length) return;
            var name = notes.Slice(HeadBytes, (int)nameBytes);
            var content = notes.Slice((int)start, (int)bytes);
            if (name.SequenceEqual("QEMU\0"u8) && Registers(content) is { } cpu) cpus.Add(cpu);
            notes = notes[(int)Math.Min(start + Padded(bytes), (ulong)notes.Length)..];
        }
    }

    private static ulong Padded(uint bytes) => (bytes + 3UL) & ~3UL;

    private static ImageCpu? Registers(ReadOnlySpan<byte> content)
    {
        if (content.Length < ControlRegisters + (5 * 8) || BinaryPrimitives.ReadUInt32LittleEndian(content) != Version) return null;
        var registers = content[ControlRegisters..];
        return new ImageCpu(
            BinaryPrimitives.ReadUInt64LittleEndian(registers),
            BinaryPrimitives.ReadUInt64LittleEndian(registers[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(registers[32..]));
    }
}
