using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>What procfs says about this process.</summary>
internal static class ProcFile
{
    // Bits of a pagemap entry (Documentation/admin-guide/mm/pagemap.rst).
    private const ulong Present = 1UL << 63;
    private const ulong FrameMask = (1UL << 55) - 1;

    /// <summary>Bytes of this process's page tables (VmPTE), the root not counted; 0 when procfs does not say.</summary>
    public static long PageTableBytes(HostRoots roots)
    {
        const string Field = "VmPTE:";
        var path = Path.Combine(roots.Proc, "self", "status");
        var line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is null ? 0 : long.Parse(line.AsSpan(Field.Length).TrimEnd("kB \t"), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) << 10;
    }

    /// <summary>The frames behind a range, as runs; empty when the kernel hides them, which it does without CAP_SYS_ADMIN.</summary>
    public static ImmutableArray<FrameRun> Frames(HostRoots roots, ulong va, ulong bytes)
    {
        const int EntryBytes = sizeof(ulong);
        var path = Path.Combine(roots.Proc, "self", "pagemap");
        if (!File.Exists(path)) return [];
        var runs = ImmutableArray.CreateBuilder<FrameRun>();
        using var file = File.OpenHandle(path);
        var buffer = new byte[1 << 16];
        var pages = bytes >> Pfn.Shift;
        for (ulong page = 0; page < pages;)
        {
            var wanted = (int)Math.Min((ulong)buffer.Length, (pages - page) * EntryBytes);
            var got = RandomAccess.Read(file, buffer.AsSpan(0, wanted), (long)(((va >> Pfn.Shift) + page) * EntryBytes));
            if (got < EntryBytes) return [];
            for (var at = 0; at + EntryBytes <= got; at += EntryBytes, page++)
            {
                var entry = BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(at));
                if ((entry & Present) == 0 || (entry & FrameMask) == 0) return [];
                Append(runs, new Pfn(entry & FrameMask));
            }
        }

        return runs.ToImmutable();
    }

    private static void Append(ImmutableArray<FrameRun>.Builder runs, Pfn pfn)
    {
        if (runs.Count > 0 && runs[^1] is var last && last.First + last.Pages == pfn) runs[^1] = last with { Pages = last.Pages + 1 };
        else runs.Add(new FrameRun(pfn, 1));
    }
}
