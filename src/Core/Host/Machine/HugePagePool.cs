using System.Collections.Immutable;
using System.Globalization;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>A pool of huge pages (<c>hugetlb</c>).</summary>
/// <param name="Size">Size of its pages.</param>
/// <param name="Total">Pages in it.</param>
/// <param name="Free">Of those, the free ones.</param>
public sealed record HugePagePool(PageSize Size, ulong Total, ulong Free)
{
    private const string Folder = "sys/kernel/mm/hugepages";

    internal static string FolderOf(PageSize size) => string.Create(CultureInfo.InvariantCulture, $"{Folder}/hugepages-{size.Bytes >> 10}kB");

    internal static ImmutableArray<HugePagePool> ReadAll(HostTree tree)
    {
        var pools = ImmutableArray.CreateBuilder<HugePagePool>();
        foreach (var name in tree.Names(Folder))
        {
            if (!name.StartsWith("hugepages-", StringComparison.Ordinal) || !name.EndsWith("kB", StringComparison.Ordinal)) continue;
            if (!ulong.TryParse(name["hugepages-".Length..^2], NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes) || !ulong.IsPow2(kilobytes)) continue;
            var size = new PageSize((int)ulong.Log2(kilobytes) + 10);
            if (Read(tree, size) is { } pool) pools.Add(pool);
        }

        return [.. pools.OrderBy(pool => pool.Size)];
    }

    internal static HugePagePool? Read(HostTree tree, PageSize size)
    {
        var folder = FolderOf(size);
        return tree.Number($"{folder}/nr_hugepages") is { } total ? new HugePagePool(size, total, tree.Number($"{folder}/free_hugepages") ?? 0) : null;
    }
}
