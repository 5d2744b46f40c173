using System.Globalization;
using System.Runtime.InteropServices;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>
/// Which frames a process's pages have: <c>/proc/PID/pagemap</c>. Whoever may trace the process may read it; frame numbers need CAP_SYS_ADMIN and are 0 otherwise. Of pfnmaps, which BARs are,
/// it shows nothing: they have no pages.
/// </summary>
public sealed partial class Pagemap : IDisposable
{
    private const int EntryBytes = sizeof(ulong);
    private readonly FileStream _file;

    private Pagemap(FileStream file) => _file = file;

    /// <summary>Opens the map of a process, or returns <see langword="null"/>: it has ended, or may not be read.</summary>
    public static Pagemap? TryOpen(HostTree tree, int id)
    {
        ArgumentNullException.ThrowIfNull(tree);
        try
        {
            return new Pagemap(new FileStream(tree.PathOf(string.Create(CultureInfo.InvariantCulture, $"proc/{id}/pagemap")), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Opens the map of this process, or returns <see langword="null"/>.</summary>
    public static Pagemap? TryOpenOwn() => TryOpen(new HostTree(), Environment.ProcessId);

    /// <summary>Reads the entries of consecutive pages.</summary>
    /// <param name="address">Address of the first page.</param>
    /// <param name="entries">Where they go.</param>
    /// <returns>How many there were; fewer at the end of the address space.</returns>
    public int Read(ulong address, Span<PagemapEntry> entries)
    {
        var bytes = MemoryMarshal.AsBytes(entries);
        var read = 0;
        while (read < bytes.Length && ReadSome(address, bytes, read) is var more and > 0) read += more;
        return read / EntryBytes;
    }

    /// <summary>Closes it.</summary>
    public void Dispose() => _file.Dispose();

    private int ReadSome(ulong address, Span<byte> bytes, int read)
    {
        try
        {
            return RandomAccess.Read(_file.SafeFileHandle, bytes[read..], (long)((address >> Pfn.Shift) * EntryBytes) + read);
        }
        catch (IOException)
        {
            // The process has ended.
            return 0;
        }
    }
}
