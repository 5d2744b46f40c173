using System.Collections.Immutable;
using System.Globalization;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>Reads <c>maps</c> and <c>smaps</c>.</summary>
internal static class ProcessAreas
{
    /// <summary>The areas, in the order of their addresses. Lines that have not the form of an area or of its facts are left out.</summary>
    public static ImmutableArray<ProcessArea> Of(IEnumerable<string> lines)
    {
        var areas = ImmutableArray.CreateBuilder<ProcessArea>();
        foreach (var line in lines)
        {
            if (Area(line) is { } area) areas.Add(area);
            else if (areas.Count != 0) areas[^1] = WithFact(areas[^1], line);
        }

        return areas.ToImmutable();
    }

    // 7f0000000000-7f0040000000 rw-s 20000000000 00:0f 1057    anon_inode:[vfio-device]
    private static ProcessArea? Area(string line)
    {
        var columns = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (columns.Length < 5 || columns[1].Length != 4) return null;
        var dash = columns[0].IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0 || !ProcText.TryParseHex(columns[0].AsSpan(0, dash), out var start) || !ProcText.TryParseHex(columns[0].AsSpan(dash + 1), out var end) || end <= start) return null;
        return ProcText.TryParseHex(columns[2], out var offset) ? new ProcessArea(start, end, columns[1], offset, columns.Length == 6 ? columns[5].Trim() : "") : null;
    }

    private static ProcessArea WithFact(ProcessArea area, string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0) return area;
        var value = line.AsSpan(colon + 1).Trim();
        if (line.StartsWith("VmFlags:", StringComparison.Ordinal)) return area with { Flags = [.. value.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)] };
        if (ProcText.Kilobytes(value) is not { } bytes) return area;
        return line[..colon] switch
        {
            "Rss" => area with { Resident = bytes },
            "AnonHugePages" or "ShmemPmdMapped" or "FilePmdMapped" => area with { HugeBytes = area.HugeBytes + bytes },
            // hugetlb pages are not in Rss.
            "Shared_Hugetlb" or "Private_Hugetlb" => area with { Resident = (area.Resident ?? 0) + bytes },
            "Locked" => area with { Locked = bytes },
            "KernelPageSize" when ulong.IsPow2(bytes) && bytes >= PageSize.Size4K.Bytes => area with { KernelPageSize = new PageSize((int)ulong.Log2(bytes)) },
            _ => area,
        };
    }
}
