using System.Globalization;
using System.Text;

namespace Fast.Lab;

/// <summary>Writes an archive as the kernel unpacks it at boot: cpio, "newc". Device nodes need no privilege this way.</summary>
/// <param name="output">Where it goes.</param>
internal sealed class CpioWriter(Stream output)
{
    private const uint KindFile = 0x8000;
    private const uint KindDirectory = 0x4000;
    private const uint KindLink = 0xA000;
    private const uint KindCharacter = 0x2000;

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private uint _inode;

    /// <summary>A file, with the folders above it.</summary>
    public void File(string path, ReadOnlySpan<byte> content, bool isExecutable = false)
    {
        FoldersAbove(path);
        Entry(path, KindFile | (isExecutable ? 0x1EDu : 0x1A4u), content);
    }

    /// <summary>A symbolic link, with the folders above it.</summary>
    public void Link(string path, string target)
    {
        FoldersAbove(path);
        Entry(path, KindLink | 0x1FF, Encoding.UTF8.GetBytes(target));
    }

    /// <summary>A folder, with those above it.</summary>
    public void Folder(string path)
    {
        FoldersAbove(path);
        if (_folders.Add(path)) Entry(path, KindDirectory | 0x1ED, []);
    }

    /// <summary>A character device.</summary>
    public void Character(string path, uint major, uint minor)
    {
        FoldersAbove(path);
        Entry(path, KindCharacter | 0x180, [], major, minor);
    }

    /// <summary>The end.</summary>
    public void Finish() => Entry("TRAILER!!!", 0, []);

    private void FoldersAbove(string path)
    {
        if (path.LastIndexOf('/') is > 0 and var slash) Folder(path[..slash]);
    }

    private void Entry(string path, uint mode, ReadOnlySpan<byte> content, uint major = 0, uint minor = 0)
    {
        var name = Encoding.UTF8.GetBytes(path + "\0");
        // Magic, then thirteen numbers of eight hexadecimal digits: inode, mode, uid, gid, links, time, size, device, device of a node, length of the name, checksum.
        uint[] numbers = [++_inode, mode, 0, 0, 1, 0, (uint)content.Length, 0, 0, major, minor, (uint)name.Length, 0];
        var header = "070701" + string.Concat(numbers.Select(number => number.ToString("x8", CultureInfo.InvariantCulture)));
        output.Write(Encoding.ASCII.GetBytes(header));
        output.Write(name);
        Pad(header.Length + name.Length);
        output.Write(content);
        Pad(content.Length);
    }

    private void Pad(int written) => output.Write(new byte[(4 - (written & 3)) & 3]);
}
