namespace Fast.Host;

/// <summary>Files that hold memory in a form that cannot be walked in place, told by their first bytes.</summary>
internal static class ForeignImage
{
    private const string Again = "dump again with 'dump-guest-memory FILE' (no -z, -l, -s, -R), or 'virsh dump --memory-only --format elf'";

    private static readonly (byte[] Signature, string Name, string Remedy)[] Known =
    [
        ([.. "KDUMP   "u8], "a kdump-compressed dump", Again),
        ([.. "DISKDUMP"u8], "a diskdump-compressed dump", Again),
        ([.. "makedumpfile\0"u8], "a flattened kdump-compressed dump", Again),
        ([.. "QEVM"u8], "QEMU's saved machine state", "restore it and dump the memory with 'dump-guest-memory FILE'"),
        ([.. "LibvirtQemudSave"u8], "libvirt's saved machine state", "restore it and dump the memory with 'virsh dump --memory-only'"),
        ([.. "PAGEDU64"u8], "a Windows crash dump", Again),
        ([.. "PAGEDUMP"u8], "a Windows crash dump", Again),
        ([.. "EMiL"u8], "a LiME dump", "write it again with 'format=raw' or 'format=padded'"),
        ([0x1f, 0x8b, 0x08], "compressed with gzip", "unpack it first"),
        ([0x28, 0xb5, 0x2f, 0xfd], "compressed with zstd", "unpack it first"),
        ([0xfd, .. "7zXZ"u8], "compressed with xz", "unpack it first"),
        ([.. "BZh"u8], "compressed with bzip2", "unpack it first"),
        ([0x04, 0x22, 0x4d, 0x18], "compressed with lz4", "unpack it first"),
    ];

    /// <summary>Bytes that are looked at.</summary>
    public const int HeadBytes = 16;

    /// <summary>What the file is and what to do instead, or <see langword="null"/>: it may be raw memory.</summary>
    public static string? Describe(ReadOnlySpan<byte> head)
    {
        foreach (var (signature, name, remedy) in Known)
        {
            if (head.StartsWith(signature)) return $"is {name}, whose pages do not stand in place: {remedy}";
        }

        return null;
    }
}
