using System.Buffers.Binary;

namespace Fast.Machines.Xen;

/// <summary>A command about a blob resource. Fields that a command does not have are zero.</summary>
/// <param name="Command">Which one.</param>
/// <param name="ResourceId">The resource; 0 is none.</param>
public readonly record struct BlobCommand(VirtioGpuCommand Command, uint ResourceId)
{
    /// <summary>Create: where the memory comes from.</summary>
    public BlobMemory Memory { get; init; }

    /// <summary>Create: what for.</summary>
    public BlobUses Uses { get; init; }

    /// <summary>Create: number of guest pages that follow; 0 for memory of the host.</summary>
    public uint Entries { get; init; }

    /// <summary>Create: the host's name for the memory.</summary>
    public ulong BlobId { get; init; }

    /// <summary>Create: bytes.</summary>
    public ulong Bytes { get; init; }

    /// <summary>Map: where in the host-visible region.</summary>
    public ulong Offset { get; init; }
}

/// <summary>
/// The bytes of commands and responses, little-endian, behind <c>virtio_gpu_ctrl_hdr</c> (24 bytes: type, flags, fence id, context, ring and padding). OASIS virtio 1.3, 5.7.6.7 and 5.7.6.8.
/// </summary>
public static class BlobWire
{
    /// <summary>Bytes of the header that every command and response begins with.</summary>
    public const int HeaderBytes = 24;

    /// <summary>Bytes of a response: the header, or the header and <c>map_info</c> with its padding.</summary>
    public const int LargestResponseBytes = HeaderBytes + 8;

    /// <summary>Bytes of a command, or 0 for one that is not about blobs.</summary>
    public static int BytesOf(VirtioGpuCommand command) => command switch
    {
        VirtioGpuCommand.ResourceCreateBlob => HeaderBytes + 32,
        VirtioGpuCommand.ResourceMapBlob => HeaderBytes + 16,
        VirtioGpuCommand.ResourceUnmapBlob or VirtioGpuCommand.ResourceUnref => HeaderBytes + 8,
        _ => 0,
    };

    /// <summary>Writes a command.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(in BlobCommand command, Span<byte> bytes)
    {
        bytes = bytes[..BytesOf(command.Command)];
        bytes.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)command.Command);
        var body = bytes[HeaderBytes..];
        BinaryPrimitives.WriteUInt32LittleEndian(body, command.ResourceId);
        if (command.Command == VirtioGpuCommand.ResourceMapBlob) BinaryPrimitives.WriteUInt64LittleEndian(body[8..], command.Offset);
        if (command.Command != VirtioGpuCommand.ResourceCreateBlob) return bytes.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], (uint)command.Memory);
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], (uint)command.Uses);
        BinaryPrimitives.WriteUInt32LittleEndian(body[12..], command.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], command.BlobId);
        BinaryPrimitives.WriteUInt64LittleEndian(body[24..], command.Bytes);
        return bytes.Length;
    }

    /// <summary>Reads a command.</summary>
    /// <returns><see langword="false"/> when it is too short, or not about blobs.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BlobCommand command)
    {
        command = default;
        if (bytes.Length < HeaderBytes) return false;
        var kind = (VirtioGpuCommand)BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (BytesOf(kind) == 0 || bytes.Length < BytesOf(kind)) return false;
        var body = bytes[HeaderBytes..];
        command = new BlobCommand(kind, BinaryPrimitives.ReadUInt32LittleEndian(body));
        if (kind == VirtioGpuCommand.ResourceMapBlob) command = command with { Offset = BinaryPrimitives.ReadUInt64LittleEndian(body[8..]) };
        if (kind != VirtioGpuCommand.ResourceCreateBlob) return true;
        command = command with
        {
            Memory = (BlobMemory)BinaryPrimitives.ReadUInt32LittleEndian(body[4..]),
            Uses = (BlobUses)BinaryPrimitives.ReadUInt32LittleEndian(body[8..]),
            Entries = BinaryPrimitives.ReadUInt32LittleEndian(body[12..]),
            BlobId = BinaryPrimitives.ReadUInt64LittleEndian(body[16..]),
            Bytes = BinaryPrimitives.ReadUInt64LittleEndian(body[24..]),
        };
        return true;
    }

    /// <summary>Writes a response.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(VirtioGpuResponse response, MapCaching caching, Span<byte> bytes)
    {
        bytes = bytes[..(response == VirtioGpuResponse.OkMapInfo ? LargestResponseBytes : HeaderBytes)];
        bytes.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)response);
        if (response == VirtioGpuResponse.OkMapInfo) BinaryPrimitives.WriteUInt32LittleEndian(bytes[HeaderBytes..], (uint)caching);
        return bytes.Length;
    }
}
