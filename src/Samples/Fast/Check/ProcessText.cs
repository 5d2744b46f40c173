using Fast.PageTables;

namespace Fast.Tool.Check;

/// <summary>A process for people.</summary>
internal static class ProcessText
{
    /// <summary>Writes it.</summary>
    public static void Write(Page page, ProcessView process)
    {
        page.Heading($"Process {process.Pid} ({process.Name})");
        var limit = process.LockUnlimited ? "without limit" : process.LockLimitBytes is { } bytes ? $"of at most {Numbers.Bytes(bytes)}" : "of an unknown limit";
        page.Line($"In memory {Bytes(process.ResidentBytes)}, page tables {Bytes(process.PageTableBytes)}, locked {Bytes(process.LockedBytes)} {limit}, pinned {Bytes(process.PinnedBytes)}{(process.Backend is { } backend ? $"; VFIO through {backend}" : "")}{(process.Groups.IsEmpty ? "" : $", groups {string.Join(' ', process.Groups)}")}.");
        if (process.Areas.IsEmpty) return;
        page.Rows(
            ["addresses", "area", "size", "in memory", "in large leaves", "alignment allows"],
            process.Areas.Select(area => (IReadOnlyList<string>)
            [
                $"{area.Start}-{area.Last}",
                Name(area),
                Numbers.Bytes(area.Bytes),
                InMemory(area),
                area.Region is null ? InLargeLeaves(area) : "-",
                area.Region is { } region ? Leaves.Text(region.BestLeaves) : "",
            ]),
            textColumns: 2, leastWidth: Page.AddressCharacters);
        if (process.Areas.Length < process.AreaCount) page.Line($"The largest areas of {Numbers.Count(process.AreaCount)}; --areas N shows more. Of BARs the kernel shows no pages: VmPTE tells whether their leaves are small.");
    }

    private static string Name(ProcessAreaView area) => area.Region is { } region
        ? $"{area.Permissions} {(region.Candidates is [var only] ? only : "vfio")} region {region.Region}{(region.Offset == 0 ? "" : $" at {Numbers.Size(region.Offset)}")}"
        : $"{area.Permissions} {(area.Name.Length == 0 ? "(anonymous)" : area.Name)}{(area.PageBytes == PageSize.Size4K.Bytes ? "" : $" of {Numbers.Size(area.PageBytes)} pages")}";

    private static string InMemory(ProcessAreaView area) => area.Region is not null ? "-"
        : area.Pages is { } pages ? Numbers.Bytes(pages.Present << Pfn.Shift) + (pages.Swapped == 0 ? "" : $" (+ {Numbers.Bytes(pages.Swapped << Pfn.Shift)} swapped)")
        : Bytes(area.ResidentBytes);

    private static string InLargeLeaves(ProcessAreaView area) =>
        (area.Pages?.Huge is { } huge ? huge << Pfn.Shift : area.PageBytes > PageSize.Size4K.Bytes ? area.ResidentBytes ?? 0 : area.HugeBytes) is var bytes and not 0 ? Numbers.Bytes(bytes) : "-";

    private static string Bytes(ulong? bytes) => bytes is { } known ? Numbers.Bytes(known) : "?";
}
