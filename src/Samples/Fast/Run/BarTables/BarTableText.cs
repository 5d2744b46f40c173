namespace Fast.Tool.Run.BarTables;

/// <summary>Draws one BAR on several kernels.</summary>
internal static class BarTableText
{
    /// <summary>Writes it.</summary>
    public static void Write(BarTableDocument document, Page page)
    {
        page.Strong(document.Title);
        page.Rows(
            ["kernel", "mmap off by", "", "lookups", "follow_*", "faults", "iommu_map", "iova_to_phys", "CPU leaves", "real kernel"],
            document.Rows.Select(row => (IReadOnlyList<string>)
            [
                row.Kernel,
                row.VaSkew == 0 ? "0" : Numbers.Size(row.VaSkew),
                row.Warm ? "warm" : "cold",
                Numbers.Count(row.Executed.VaddrGetPfns),
                Numbers.Count(row.Executed.Lookups),
                Numbers.Count(row.Executed.Faults),
                Numbers.Count(row.Executed.IommuMapCalls),
                Numbers.Count(row.Executed.IovaToPhys!.Value),
                Leaves.Text(row.CpuLeaves),
                row.Equal switch { true => "equal", false => "DIFFERS", null => "not counted" },
            ]),
            textColumns: 3);
        page.Line("lookups: vaddr_get_pfns; follow_*: follow_pfnmap_start, before 6.12 follow_pte, misses included; all executed here on real tables.");
        page.Line("real kernel: whether the calls that were counted there are the same; 'not counted' where nobody did.");
        page.Line();
        page.Line($"Source: {document.Source}");
    }
}
