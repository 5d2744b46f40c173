using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.Map;

/// <summary>One map and unmap for people.</summary>
internal static class MapText
{
    /// <summary>Writes the run.</summary>
    public static void Write(MapRun run, CliStreams streams)
    {
        var page = new Page(streams);
        var document = run.ToDocument();
        page.Strong(Title(run.Case));
        page.Line(Behaviour(run.Case));
        if (!run.Case.Iommu.IsCounted && run.Case.Path == MapPath.Kernel) page.Line($"{document.Iommu}.");
        if (!document.Outcome.Ok) page.Line($"It fails: {document.Outcome.Errno}.");
        foreach (var bug in document.Outcome.KnownBugs) page.Line($"A known defect of this kernel shows: {bug}.");
        page.Heading("Map");
        Table(page, document, MapRows(document));
        page.Heading("Unmap");
        Table(page, document, UnmapRows(document, run.Case.Iommu.UnmapsWholeEntries(run.Case.Profile)));
        page.Line();
        page.Strong(Meaning.Of(run));
        if (document.Counted is { } counted)
            page.Line($"'counted' is what a real {counted.Release} did with the same BAR; '-' where it was not probed.");
    }

    /// <summary>What was mapped, in one line.</summary>
    public static string Title(BarCase barCase)
    {
        var part = barCase.Bytes == barCase.BarBytes ? "" : $" at {Numbers.Size(barCase.Offset)} of a BAR of {Numbers.Bytes(barCase.BarBytes)}";
        var what = barCase.Conditions.Ram is { } kind ? $" {RamWords.Title(kind)}" : part.Length == 0 ? " BAR" : part;
        var by = barCase.Path == MapPath.Fast ? "the fast path" : $"Linux {barCase.Kernel.Version}" + Patches(barCase) + (barCase.Conditions.Backend == MapBackend.Iommufd ? " (iommufd)" : "");
        var skews = Skew("mmap", barCase.VaSkew) + Skew("device address", barCase.IovaSkew);
        return $"{Numbers.Bytes(barCase.Bytes)}{what}, mapped {(barCase.Warm ? "again (warm)" : "for the first time (cold)")} by {by} into {barCase.Iommu.Title}{skews}{Conditions(barCase.Conditions)}";
    }

    /// <summary>What is there besides, or gets in the way.</summary>
    public static string Conditions(BarConditions conditions) => string.Concat(
        conditions.Holes == 0 ? "" : $", {Numbers.Count(conditions.Holes, "hole")}",
        conditions.BreakEvery is { } every ? $", frames jump every {Numbers.Size(every)}" : "",
        conditions.Domains == 1 ? "" : $", {conditions.Domains} domains",
        conditions.MemlockBytes is { } limit ? $", {Numbers.Size(limit)} may be locked" : "",
        conditions.Failures is { } script ? $", failing at {script}" : "");

    private static string Behaviour(BarCase barCase) => barCase.Path == MapPath.Fast
        ? "Runs are read from the CPU's table and written to the IOMMU's; nothing is done per page."
        : $"Behaviour: profile {barCase.Profile.Name}, {Words.Of(barCase.Kernel.Confidence)} ({barCase.Kernel.Reason}); transparent huge pages {Words.Of(barCase.Thp)}.";

    private static string Patches(BarCase barCase) => barCase.Patches == VfioPatches.None ? "" : $" with patches {VfioPatchSet.Format(barCase.Patches)}";

    private static string Skew(string what, ulong bytes) => bytes == 0 ? "" : $", {what} off by {Numbers.Size(bytes)}";

    private static IEnumerable<(string Name, string Here, long? Counted)> MapRows(MapDocument document)
    {
        var (map, counted) = (document.Map, document.Counted);
        if (document.Request.Path == "fast")
        {
            yield return ("leaves read", Numbers.Count(map.LeavesVisited), null);
        }
        else
        {
            yield return ("pfn lookups (vaddr_get_pfns)", Numbers.Count(map.VaddrGetPfns), counted?.VaddrGetPfns);
            yield return (document.Request.Ram is null ? "  pin attempts that fail (pin_user_pages_remote)" : "  pins (pin_user_pages_remote)", Numbers.Count(map.GupAttempts), null);
            yield return ("  page table walks (follow_pfnmap_start)", Numbers.Count(map.Lookups), counted?.Lookups);
            yield return ("huge_fault calls of vfio-pci", Numbers.Count(map.HugeFaultCalls), counted?.HugeFaultCalls);
            yield return ("iommu_map calls", Numbers.Count(map.IommuMapCalls), counted?.IommuMapCalls);
        }

        if (document.Request.Ram is not null)
        {
            yield return ("pages pinned", Numbers.Count(map.Pins), null);
            yield return ("  steps that took references (folios or pages)", Numbers.Count(map.FolioGrabs), null);
            yield return ("  comparisons with RLIMIT_MEMLOCK", Numbers.Count(map.MemlockChecks), null);
        }

        yield return ("CPU page faults", Numbers.Count(map.Faults), counted?.Faults);
        yield return ("leaves in the CPU's table", Leaves.Text(map.CpuLeaves), null);
        yield return ("leaves in the IOMMU's table", Leaves.Text(map.IommuLeaves), null);
        yield return ("CPU tables / IOMMU tables", $"{Numbers.Bytes(document.Memory.CpuTableBytes)} / {Numbers.Bytes(document.Memory.IommuTableBytes)}", null);
        if (document.Predicted is { } predicted) yield return ("predicted on a server", Band(predicted.Map), null);
        var time = document.Time;
        yield return ("executed here", Time(document.Request.Repeat, time.MapNanoseconds, time.MapNanosecondsMin, time.MapNanosecondsMax), null);
    }

    private static IEnumerable<(string Name, string Here, long? Counted)> UnmapRows(MapDocument document, bool isByEntry)
    {
        var (unmap, counted) = (document.Unmap, document.Counted);
        if (document.Request.Path == "fast")
        {
            yield return ("entries removed", Numbers.Count(unmap.LeavesVisited), null);
        }
        else
        {
            yield return ("translations asked for (iommu_iova_to_phys)", Numbers.Count(unmap.IovaToPhys), counted?.IovaToPhys);
            yield return ("iommu_unmap calls", Numbers.Count(unmap.IommuUnmapCalls), null);
        }

        if (document.Request.Ram is not null) yield return ("pages given back", Numbers.Count(unmap.Unpins), null);
        yield return ("IOTLB flushes", Numbers.Count(unmap.IotlbSyncs), null);
        if (document.Predicted is { } predicted) yield return ($"predicted on a server ({CostModel.UnmapBasis}{(isByEntry ? "; a lower bound" : "")})", Band(predicted.Unmap), null);
        var time = document.Time;
        yield return ("executed here", Time(document.Request.Repeat, time.UnmapNanoseconds, time.UnmapNanosecondsMin, time.UnmapNanosecondsMax), null);
    }

    private static void Table(Page page, MapDocument document, IEnumerable<(string Name, string Here, long? Counted)> rows)
    {
        if (document.Counted is not { } counted)
        {
            page.Rows(["", "here"], rows.Select(row => (IReadOnlyList<string>)[row.Name, row.Here]));
            return;
        }

        page.Rows(["", "here", $"counted on {counted.Release}"], rows.Select(row => (IReadOnlyList<string>)[row.Name, row.Here, row.Counted is { } count ? Numbers.Count(count) : "-"]));
    }

    /// <summary>A time and its band.</summary>
    public static string Band(SecondsView time) => Numbers.Band(time.Seconds, time.Low, time.High);

    private static string Time(int repeat, long median, long least, long most) => repeat == 1
        ? Numbers.Seconds(median * 1e-9)
        : $"{Numbers.Seconds(median * 1e-9)} (median of {repeat}, {Numbers.Seconds(least * 1e-9)} to {Numbers.Seconds(most * 1e-9)})";
}
