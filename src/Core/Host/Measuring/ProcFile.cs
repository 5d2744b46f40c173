using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>What procfs says about this process.</summary>
internal static class ProcFile
{
    /// <summary>Bytes of this process's page tables (VmPTE), the root not counted; 0 when procfs does not say.</summary>
    public static long PageTableBytes(HostTree tree) => (long)(ProcText.Kilobytes(tree.Lines("proc/self/status"), "VmPTE") ?? 0);

    /// <summary>The frames behind a range, as runs; empty when the kernel hides them, which it does without CAP_SYS_ADMIN.</summary>
    public static ImmutableArray<FrameRun> Frames(HostTree tree, ulong va, ulong bytes)
    {
        using var map = Pagemap.TryOpen(tree, Environment.ProcessId);
        if (map is null) return [];
        var runs = ImmutableArray.CreateBuilder<FrameRun>();
        var entries = new PagemapEntry[1 << 13];
        for (ulong done = 0; done < bytes;)
        {
            var count = map.Read(va + done, entries.AsSpan(0, (int)Math.Min((ulong)entries.Length, (bytes - done) >> Pfn.Shift)));
            if (count == 0) return [];
            foreach (var entry in entries.AsSpan(0, count))
            {
                if (entry.Pfn is not { } pfn) return [];
                Append(runs, pfn);
            }

            done += (ulong)count << Pfn.Shift;
        }

        return runs.ToImmutable();
    }

    private static void Append(ImmutableArray<FrameRun>.Builder runs, Pfn pfn)
    {
        if (runs.Count > 0 && runs[^1] is var last && last.First + last.Pages == pfn) runs[^1] = last with { Pages = last.Pages + 1 };
        else runs.Add(new FrameRun(pfn, 1));
    }
}
