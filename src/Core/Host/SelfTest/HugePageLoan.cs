using System.Globalization;
using System.Runtime.InteropServices;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>
/// Free pages in a <c>hugetlb</c> pool, made where there are too few and given back afterwards: also when the process is interrupted or asked to end. Only a kill leaves them.
/// </summary>
public sealed class HugePageLoan : IDisposable
{
    private readonly HostTree _tree;
    private readonly PageSize _size;
    private readonly PosixSignalRegistration[] _signals;
    private readonly Lock _resizing = new();
    private ulong _added;

    private HugePageLoan(HostTree tree, PageSize size)
    {
        (_tree, _size) = (tree, size);
        // Without a handler these end the process at once; with one that does not cancel, after it. Ctrl-C is the caller's: it unwinds to Dispose.
        _signals = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, _ => Return()))];
    }

    /// <summary>Sees to it that some pages are free.</summary>
    /// <param name="tree">The machine.</param>
    /// <param name="size">Size of the pages.</param>
    /// <param name="pages">How many must be free.</param>
    /// <exception cref="HostException">There is no such pool, it may not be changed, or memory is too scattered.</exception>
    public static HugePageLoan Take(HostTree tree, PageSize size, ulong pages)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var loan = new HugePageLoan(tree, size);
        try
        {
            loan.Grow(pages);
            return loan;
        }
        catch
        {
            loan.Dispose();
            throw;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void Dispose()
    {
        Return();
        foreach (var signal in _signals) signal.Dispose();
    }

    private void Grow(ulong pages)
    {
        var before = HugePagePool.Read(_tree, _size) ?? throw new HostException($"this kernel has no hugetlb pages of {_size}");
        if (before.Free >= pages) return;
        // A signal that comes while the kernel collects pages waits until they are counted.
        lock (_resizing)
        {
            if (Resize(before.Total + (pages - before.Free)) is { } problem) throw new HostException($"the pool of {_size} pages has {before.Free} free, {pages} are needed, and it cannot grow: {problem}");
            var after = HugePagePool.Read(_tree, _size) ?? before;
            _added = after.Total - Math.Min(after.Total, before.Total);
            if (after.Free >= pages) return;
        }

        throw new HostException($"no {pages} free pages of {_size}: memory is too full or too scattered; free some, or reserve them at boot (hugepagesz={_size} hugepages={pages})");
    }

    private void Return()
    {
        lock (_resizing)
        {
            if (_added != 0 && HugePagePool.Read(_tree, _size) is { } now) _ = Resize(now.Total - Math.Min(now.Total, _added));
            _added = 0;
        }
    }

    private string? Resize(ulong total)
    {
        try
        {
            File.WriteAllText(_tree.PathOf($"{HugePagePool.FolderOf(_size)}/nr_hugepages"), total.ToString(CultureInfo.InvariantCulture));
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message.ReplaceLineEndings(" ");
        }
    }
}
