using System.Buffers.Binary;

namespace Fast.Tests.Images;

/// <summary>Writes memory images: raw, and ELF cores as QEMU's <c>dump-guest-memory</c> writes them. No code of the reader takes part.</summary>
internal sealed class ImageFile : IDisposable
{
    public string Path { get; } = System.IO.Path.GetTempFileName();

    /// <summary>A file of some bytes.</summary>
    public static ImageFile Raw(ReadOnlySpan<byte> bytes)
    {
        var file = new ImageFile();
        File.WriteAllBytes(file.Path, bytes);
        return file;
    }

    /// <summary>A core with some segments, and a note for each processor.</summary>
    public static ImageFile Core(IReadOnlyList<(ulong Address, byte[] Bytes)> segments, (ulong Cr0, ulong Cr3, ulong Cr4)[]? cpus = null, bool manyHeaders = false, ushort machine = 62)
    {
        var notes = (cpus ?? []).SelectMany(_ => Note("CORE\0", 1, new byte[336])).Concat((cpus ?? []).SelectMany(cpu => Note("QEMU\0", 0, QemuCpu(cpu)))).ToArray();
        var headers = new List<(uint Type, ulong Offset, ulong Physical, ulong Bytes)>();
        var sections = manyHeaders ? 64UL : 0;
        var offset = 64 + sections + (56UL * (uint)(segments.Count + 1));
        headers.Add((4, offset, 0, (ulong)notes.Length));
        offset += (ulong)notes.Length;
        foreach (var (address, bytes) in segments)
        {
            headers.Add((1, offset, address, (ulong)bytes.Length));
            offset += (ulong)bytes.Length;
        }

        var file = new ImageFile();
        using var writer = new BinaryWriter(File.Create(file.Path));
        writer.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        writer.Write((ushort)4);
        writer.Write(machine);
        writer.Write(1u);
        writer.Write(0UL);
        writer.Write(64 + sections);
        writer.Write(manyHeaders ? 64UL : 0UL);
        writer.Write(0u);
        writer.Write((ushort)64);
        writer.Write((ushort)56);
        writer.Write(manyHeaders ? (ushort)0xffff : (ushort)headers.Count);
        writer.Write((ushort)64);
        writer.Write((ushort)(manyHeaders ? 1 : 0));
        writer.Write((ushort)0);
        if (manyHeaders)
        {
            writer.Write(new byte[44]);
            writer.Write(headers.Count);
            writer.Write(new byte[16]);
        }

        foreach (var (type, at, physical, bytes) in headers)
        {
            writer.Write(type);
            writer.Write(0u);
            writer.Write(at);
            writer.Write(0UL);
            writer.Write(physical);
            writer.Write(bytes);
            writer.Write(bytes);
            writer.Write(0UL);
        }

        writer.Write(notes);
        foreach (var (_, bytes) in segments) writer.Write(bytes);
        return file;
    }

    public void Dispose() => File.Delete(Path);

    private static byte[] Note(string name, uint type, byte[] content)
    {
        var note = new byte[12 + ((name.Length + 3) & ~3) + ((content.Length + 3) & ~3)];
        BinaryPrimitives.WriteInt32LittleEndian(note, name.Length);
        BinaryPrimitives.WriteInt32LittleEndian(note.AsSpan(4), content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(note.AsSpan(8), type);
        for (var i = 0; i < name.Length; i++) note[12 + i] = (byte)name[i];
        content.CopyTo(note, 12 + ((name.Length + 3) & ~3));
        return note;
    }

    // struct QEMUCPUState: version, size, rax to rflags, ten segment registers of 24 bytes, cr[5], kernel_gs_base.
    private static byte[] QemuCpu((ulong Cr0, ulong Cr3, ulong Cr4) cpu)
    {
        var state = new byte[440];
        BinaryPrimitives.WriteInt32LittleEndian(state, 1);
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(4), state.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(392), cpu.Cr0);
        BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(392 + 24), cpu.Cr3);
        BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(392 + 32), cpu.Cr4);
        return state;
    }
}
