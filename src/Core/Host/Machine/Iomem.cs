using System.Collections.Immutable;

namespace Fast.Host;

/// <summary>A line of <c>/proc/iomem</c>.</summary>
/// <param name="Start">First physical address.</param>
/// <param name="Last">Last one, inclusive.</param>
/// <param name="Depth">0 for what lies in nothing else.</param>
/// <param name="Name">What is there: <c>System RAM</c>, <c>PCI Bus 0000:3a</c>, an address of a PCI function.</param>
public sealed record IomemEntry(ulong Start, ulong Last, int Depth, string Name)
{
    /// <summary>Length.</summary>
    public ulong Bytes => Last - Start + 1;
}

/// <summary>The map of physical memory, <c>/proc/iomem</c>.</summary>
/// <param name="Entries">Its lines.</param>
/// <param name="AreHidden">Whether the kernel showed zeros for addresses: it does without CAP_SYS_ADMIN.</param>
public sealed record Iomem(ImmutableArray<IomemEntry> Entries, bool AreHidden)
{
    /// <summary>Windows of host bridges: what lies in nothing else and names a bus.</summary>
    public IEnumerable<IomemEntry> HostBridgeWindows => Entries.Where(entry => entry.Depth == 0 && entry.Name.StartsWith("PCI Bus ", StringComparison.Ordinal));

    internal static Iomem Of(IEnumerable<string> lines)
    {
        var entries = ImmutableArray.CreateBuilder<IomemEntry>();
        var some = false;
        foreach (var line in lines)
        {
            var text = line.AsSpan().TrimStart(' ');
            var depth = (line.Length - text.Length) / 2;
            var (dash, colon) = (text.IndexOf('-'), text.IndexOf(" : ", StringComparison.Ordinal));
            if (dash <= 0 || colon <= dash || !ProcText.TryParseHex(text[..dash], out var start) || !ProcText.TryParseHex(text[(dash + 1)..colon], out var last) || last < start) continue;
            some |= last != 0;
            entries.Add(new IomemEntry(start, last, depth, text[(colon + 3)..].ToString()));
        }

        return some || entries.Count == 0 ? new Iomem(entries.ToImmutable(), entries.Count == 0) : new Iomem([], AreHidden: true);
    }
}
