using System.Globalization;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>
/// Free pages in a <c>hugetlb</c> pool, made where there are too few and given back afterwards: also when the process is interrupted or asked to end. Only a kill leaves them.
/// </summary>
public sealed class HugePageLoan : IDisposable
{
    private readonly HostTree _tree;
    private readonly PageSize _size;
    private readonly ulong _added;
    private bool _returned;

    private HugePageLoan(HostTree tree, PageSize size, ulong added)
    {
        (_tree, _size, _added) = (tree, size, added);
        AppDomain.CurrentDomain.ProcessExit += Return;
    }

    /// <summary>Sees to it that some pages are free.</summary>
    /// <param name="tree">The machine.</param>
    /// <param name="size">Size of the pages.</param>
    /// <param name="pages">How many must be free.</param>
    /// <exception cref="HostException">There is no such pool, it may not be changed, or memory is too scattered.</exception>
    public static HugePageLoan Take(HostTree tree, PageSize size, ulong pages)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var before = HugePagePool.Read(tree, size) ?? throw new HostException($"this kernel has no hugetlb pages of {size}");
        var missing = pages > before.Free ? pages - before.Free : 0;
        if (missing == 0) return new HugePageLoan(tree, size, 0);
        if (Resize(tree, size, before.Total + missing) is { } problem) throw new HostException($"the pool of {size} pages has {before.Free} free, {pages} are needed, and it cannot grow: {problem}");
        var after = HugePagePool.Read(tree, size) ?? before;
        var loan = new HugePageLoan(tree, size, after.Total > before.Total ? after.Total - before.Total : 0);
        if (after.Free >= pages) return loan;
        loan.Dispose();
        throw new HostException($"no {pages} free pages of {size}: memory is too full or too scattered; free some, or reserve them at boot (hugepagesz={size} hugepages={pages})");
    }

    /// <summary>Gives back what was taken.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Return;
        Return(null, EventArgs.Empty);
    }

    private void Return(object? sender, EventArgs e)
    {
        if (_returned || _added == 0) return;
        _returned = true;
        if (HugePagePool.Read(_tree, _size) is { } now) _ = Resize(_tree, _size, now.Total - Math.Min(now.Total, _added));
    }

    private static string? Resize(HostTree tree, PageSize size, ulong total)
    {
        try
        {
            File.WriteAllText(tree.PathOf($"{HugePagePool.FolderOf(size)}/nr_hugepages"), total.ToString(CultureInfo.InvariantCulture));
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message.ReplaceLineEndings(" ");
        }
    }
}
