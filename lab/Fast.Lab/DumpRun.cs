using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fast.Linux;

namespace Fast.Lab;

/// <summary>A mapping that stood while the guest was paused: its page tables, walked in a dump of the guest's memory, against what the guest's kernel or the model says of them.</summary>
/// <param name="Title">What was mapped.</param>
/// <param name="Pages">Pages of 4 KiB.</param>
/// <param name="Leaves">The leaves that the walk found.</param>
/// <param name="Expected">What they were held to.</param>
/// <param name="Problem">What differs, or <see langword="null"/>.</param>
internal sealed record DumpResult(string Title, ulong Pages, string Leaves, string Expected, string? Problem);

/// <summary>Pauses a guest while <c>fast measure</c> holds a mapping, dumps its memory, and has <c>fast walk</c> read the process's tables from the dump.</summary>
internal static class DumpRun
{
    private const ulong BarBytes = 1UL << 30;
    private const int MemoryMiB = 3072;

    /// <summary>What is held: memory in pages of 4 KiB and of 2 MiB, a million pages together, and a BAR with each kind of leaf.</summary>
    public static ImmutableArray<LabRow> Rows(string kernel) =>
    [
        new() { Kernel = kernel, Memory = "4K", Bytes = 2UL << 30 },
        new() { Kernel = kernel, Memory = "thp", Bytes = 2UL << 30 },
        new() { Kernel = kernel, BarBytes = BarBytes, Bytes = BarBytes },
        new() { Kernel = kernel, BarBytes = BarBytes, Bytes = BarBytes, VaSkew = "2M" },
        new() { Kernel = kernel, BarBytes = BarBytes, Bytes = 256UL << 20, Offset = 4096, VaSkew = "4K" },
    ];

    /// <summary>Boots a kernel once and holds one mapping after the other.</summary>
    /// <param name="setup">The lab.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="rows">What is mapped.</param>
    /// <param name="limit">How long the guest may take.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<ImmutableArray<DumpResult>> RunAsync(LabSetup setup, KernelEntry kernel, ImmutableArray<LabRow> rows, TimeSpan limit, CancellationToken cancellation)
    {
        var machine = new QemuMachine { Bars = [BarBytes], MemoryMiB = MemoryMiB };
        var tool = await setup.ToolAsync(cancellation);
        var walked = new List<JsonDocument>();
        var report = await VfioGuest.RunAsync(setup, kernel, machine, string.Concat(rows.Select(Lines)), limit, cancellation,
            async (held, monitor, stop) => walked.Add(await WalkAsync(tool, Path.Combine(setup.Folder, "dump.elf"), held, rows[walked.Count].Bytes, monitor, stop)));
        var results = ImmutableArray.CreateBuilder<DumpResult>(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            var measured = report.Job(Job(i));
            if (measured.ExitCode != 0 || i >= walked.Count) throw new LabException($"'fast measure --hold' ended with {measured.ExitCode}: {measured.Errors.ReplaceLineEndings(" ")}");
            results.Add(rows[i].Memory == LabRow.Bar ? await AgainstModelAsync(tool, rows[i], measured, walked[i], cancellation) : AgainstPagemap(rows[i], measured, walked[i]));
        }

        walked.ForEach(document => document.Dispose());
        return results.ToImmutable();
    }

    private static string Job(int row) => string.Create(CultureInfo.InvariantCulture, $"held-{row}");

    private static string Lines(LabRow row, int number)
    {
        var what = row.Memory == LabRow.Bar
            ? string.Create(CultureInfo.InvariantCulture, $"--case {row.Bytes}@{row.Offset}:{row.VaSkew}:{row.IovaSkew}")
            : string.Create(CultureInfo.InvariantCulture, $"--ram {row.Memory} --size {row.Bytes} --frames");
        return $"echo {row.Thp} > /sys/kernel/mm/transparent_hugepage/enabled\nhold {Job(number)} fast measure $(device {BarBytes}) --json --quiet --repeat 1 --hold {what}\n";
    }

    /// <summary>The addresses in what a holding process says: <c>virtual address 0x7f00</c>.</summary>
    internal static ulong AddressIn(string held)
    {
        const string Mark = "virtual address 0x";
        var at = held.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0) throw new LabException($"'{held}' names no virtual address");
        return ulong.Parse(new string([.. held[(at + Mark.Length)..].TakeWhile(char.IsAsciiHexDigit)]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    private static async Task<JsonDocument> WalkAsync(string tool, string dump, string held, ulong bytes, QemuMonitor monitor, CancellationToken cancellation)
    {
        const int MostRuns = 1_000_000;
        const int MostTries = 20;
        var va = AddressIn(held);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                await monitor.ExecuteAsync("stop", null, cancellation);
                var root = await monitor.ReadCr3Async(cancellation);
                await monitor.ExecuteAsync("dump-guest-memory", new JsonObject { ["paging"] = false, ["protocol"] = $"file:{dump}" }, cancellation);
                var document = JsonDocument.Parse(await ChildProcess.RunAsync(tool,
                [
                    "walk", dump, "--json", "--quiet", "--root", $"0x{root:x}", "--va", $"0x{va:x}+0x{bytes:x}", "--runs", MostRuns.ToString(CultureInfo.InvariantCulture),
                ], cancellation));
                await monitor.ExecuteAsync("cont", null, cancellation);
                // The processor may have been at work for another process; then nothing is there.
                if (document.RootElement.GetProperty("pages").GetUInt64() > 0 || attempt == MostTries) return document;
                document.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(300), cancellation);
            }
        }
        finally
        {
            File.Delete(dump);
        }
    }

    private static async Task<DumpResult> AgainstModelAsync(string tool, LabRow row, JobResult measured, JsonDocument walked, CancellationToken cancellation)
    {
        using var measurement = JsonDocument.Parse(measured.Output);
        var point = measurement.RootElement.GetProperty("points")[0];
        using var model = JsonDocument.Parse(await ChildProcess.RunAsync(tool, [.. ModelledBar.Arguments(row, point.GetProperty("vaSkew").GetUInt64()), "--kernel", row.Kernel], cancellation));
        var (real, expected) = (LeavesOf(walked.RootElement.GetProperty("leaves")), LeavesOf(model.RootElement.GetProperty("map").GetProperty("cpuLeaves")));
        var pages = walked.RootElement.GetProperty("pages").GetUInt64();
        var physical = RamStretchOf(walked);
        var problem = real != expected ? $"walked {real}, model {expected}"
            : pages != row.Bytes >> 12 ? $"{pages} of {row.Bytes >> 12} pages are mapped"
            : physical is not [var only] || only.First.Value << 12 != point.GetProperty("physical").GetUInt64() ? "the frames are not those of the BAR" : null;
        return new DumpResult(row.Title, pages, real, $"model: {expected}", problem);
    }

    private static DumpResult AgainstPagemap(LabRow row, JobResult measured, JsonDocument walked)
    {
        using var measurement = JsonDocument.Parse(measured.Output);
        var listed = measurement.RootElement.GetProperty("points")[0].GetProperty("frames").EnumerateArray().Select(run => (run.GetProperty("pfn").GetUInt64(), run.GetProperty("pages").GetUInt64())).ToList();
        var found = RamStretchOf(walked).Select(run => (run.First.Value, run.Pages)).ToList();
        var pages = walked.RootElement.GetProperty("pages").GetUInt64();
        var problem = pages != row.Bytes >> 12 ? $"{pages} of {row.Bytes >> 12} pages are mapped" : found.SequenceEqual(listed) ? null : $"the walk found {found.Count} runs, pagemap {listed.Count}, or others";
        return new DumpResult(row.Title, pages, LeavesOf(walked.RootElement.GetProperty("leaves")), $"pagemap: {listed.Count} runs", problem);
    }

    /// <summary>Runs of frames in the order of their addresses, joined where they follow each other.</summary>
    private static List<RamStretch> RamStretchOf(JsonDocument walked)
    {
        var runs = new List<RamStretch>();
        foreach (var run in walked.RootElement.GetProperty("runs").EnumerateArray())
        {
            var stretch = new RamStretch(new(Convert.ToUInt64(run.GetProperty("pfn").GetString(), 16)), run.GetProperty("pages").GetUInt64());
            if (runs.Count > 0 && runs[^1].First + runs[^1].Pages == stretch.First) runs[^1] = runs[^1] with { Pages = runs[^1].Pages + stretch.Pages };
            else runs.Add(stretch);
        }

        return runs;
    }

    private static string LeavesOf(JsonElement leaves) =>
        string.Join(" + ", leaves.EnumerateObject().Where(size => size.Value.GetInt64() > 0).Select(size => $"{size.Value.GetInt64()} x {size.Name}"));
}
