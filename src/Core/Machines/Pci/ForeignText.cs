using System.Globalization;

namespace Fast.Machines;

/// <summary>Says what a text looks like that has no PCI device in it.</summary>
internal static class ForeignText
{
    private const int LinesLookedAt = 400;
    private const string KernelLog = "a kernel log (dmesg)";

    private static readonly (string Name, Func<string, bool> Is)[] Kinds =
    [
        (KernelLog, IsKernelLog),
        ("a QEMU trace or log", line => line.StartsWith("pci_cfg_", StringComparison.Ordinal) || line.StartsWith("pci_update_mappings", StringComparison.Ordinal)
            || line.Contains(":vfio_", StringComparison.Ordinal) || line.StartsWith("vfio_", StringComparison.Ordinal)
            || line.StartsWith("qemu-system-", StringComparison.Ordinal) && line.Contains(": ", StringComparison.Ordinal)),
        ("/proc/iomem", IsIomem),
        ("a firmware log", line => line.StartsWith("Platform", StringComparison.Ordinal) && line.Contains(": ", StringComparison.Ordinal)),
        ("a Markdown document", line => line.StartsWith("# ", StringComparison.Ordinal) || line.StartsWith("## ", StringComparison.Ordinal) || line.StartsWith("```", StringComparison.Ordinal)
            || line.StartsWith("| ", StringComparison.Ordinal) || line.StartsWith("|-", StringComparison.Ordinal) || line.StartsWith("- ", StringComparison.Ordinal)),
        ("command lines", line => line.StartsWith('-') && line.Length > 2 && (line[1] == '-' || char.IsAsciiLetter(line[1])) || line.StartsWith("qemu-system", StringComparison.Ordinal)),
        ("a table of comma-separated values", line => line.Count(character => character == ',') >= 3),
        ("the output of nvidia-smi", line => line.StartsWith("GPU", StringComparison.Ordinal) || line.Contains("NVIDIA-SMI", StringComparison.Ordinal)),
        ("the machine-readable output of lspci -mm, which has no regions", line => line.StartsWith("Slot:", StringComparison.Ordinal)),
        ("the tree of lspci -t, which has no regions", line => line.StartsWith("-[0000", StringComparison.Ordinal) || line.StartsWith("+-", StringComparison.Ordinal) || line.StartsWith("\\-", StringComparison.Ordinal)),
        ("XML", line => line.StartsWith('<')),
        ("JSON", line => line is "{" or "[" || line.StartsWith("{\"", StringComparison.Ordinal)),
    ];

    /// <summary>Why <paramref name="text"/> is no listing.</summary>
    internal static PciListingError Refuse(string text, string source)
    {
        if (string.IsNullOrWhiteSpace(text)) return new PciListingError(source, 0, "the listing is empty", PciListing.BestCommand, null);
        var (kind, first, line) = Recognise(text);
        var what = kind is null ? "no PCI device and no region in the text" : $"no PCI device; this looks like {kind}";
        var remedy = kind == KernelLog ? $"{PciListing.BestCommand}; a kernel log is for 'fast log' and 'fast fit'" : PciListing.BestCommand;
        return new PciListingError(source, line, what, remedy, first);
    }

    /// <summary>Why <paramref name="text"/> is no kernel log with times.</summary>
    internal static PciListingError RefuseAsLog(string text, string source, string remedy)
    {
        if (string.IsNullOrWhiteSpace(text)) return new PciListingError(source, 0, "the log is empty", remedy, null);
        var (kind, first, line) = Recognise(text);
        if (PciListing.Read(text, source).Error is null) kind = "a PCI listing (lspci)";
        var what = kind is null ? "no line with a timestamp" : $"no line with a timestamp; this looks like {kind}";
        return new PciListingError(source, line, what, remedy, first);
    }

    private static (string? Kind, string? First, int Line) Recognise(string text)
    {
        var votes = new int[Kinds.Length];
        string? first = null;
        var firstLine = 0;
        var number = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            if (++number > LinesLookedAt) break;
            var line = raw.Trim().TrimStart('\uFEFF').ToString();
            if (line.Length == 0) continue;
            if (first is null) (first, firstLine) = (line, number);
            var kind = Array.FindIndex(Kinds, known => known.Is(line));
            if (kind >= 0) votes[kind]++;
        }

        var most = votes.Max();
        return (most > 0 ? Kinds[Array.IndexOf(votes, most)].Name : null, first, firstLine);
    }

    private static bool IsKernelLog(string line)
    {
        if (line.Contains(" kernel: ", StringComparison.Ordinal)) return true;
        if (line.StartsWith("pci ", StringComparison.Ordinal) || line.StartsWith("NVRM:", StringComparison.Ordinal)) return true;
        if (!line.StartsWith('[')) return false;
        var close = line.IndexOf(']', StringComparison.Ordinal);
        return close > 1 && double.TryParse(line.AsSpan(1, close - 1).Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out _);
    }

    private static bool IsIomem(string line)
    {
        var colon = line.IndexOf(" : ", StringComparison.Ordinal);
        if (colon < 0) return false;
        var dash = line.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && dash < colon && ulong.TryParse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
    }
}
