namespace Fast.Host;

/// <summary>This machine in words.</summary>
/// <param name="Model">Its model, as its firmware has it.</param>
/// <param name="Kernel">The kernel's release.</param>
/// <param name="Cpu">The processor's model name.</param>
/// <param name="Iommu">The kind of IOMMU: <c>vtd</c>, <c>amdv1</c>, another name that sysfs has for it, or <c>none</c>.</param>
/// <param name="Thp">The setting of transparent huge pages in force.</param>
public sealed record HostMachine(string Model, string Kernel, string Cpu, string Iommu, string Thp)
{
    private const string Unknown = "unknown";

    /// <summary>Reads it.</summary>
    public static HostMachine Read(HostRoots roots)
    {
        ArgumentNullException.ThrowIfNull(roots);
        return new HostMachine(
            Line(roots.Sys, "class", "dmi", "id", "product_name"),
            Line(roots.Proc, "sys", "kernel", "osrelease"),
            Cpuinfo(Path.Combine(roots.Proc, "cpuinfo")),
            KindOfIommu(Path.Combine(roots.Sys, "class", "iommu")),
            Chosen(Line(roots.Sys, "kernel", "mm", "transparent_hugepage", "enabled")));
    }

    private static string Line(params string[] path)
    {
        var file = Path.Combine(path);
        try
        {
            return File.Exists(file) && File.ReadLines(file).FirstOrDefault()?.Trim() is { Length: > 0 } line ? line : Unknown;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Unknown;
        }
    }

    private static string Cpuinfo(string path)
    {
        var line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? Unknown : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string KindOfIommu(string folder)
    {
        var name = Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).FirstOrDefault() : null;
        if (name is null) return "none";
        if (name.StartsWith("dmar", StringComparison.Ordinal)) return "vtd";
        return name.StartsWith("ivhd", StringComparison.Ordinal) ? "amdv1" : name;
    }

    // "always [madvise] never"
    private static string Chosen(string setting)
    {
        var open = setting.IndexOf('[', StringComparison.Ordinal);
        var close = setting.IndexOf(']', StringComparison.Ordinal);
        return open >= 0 && close > open ? setting[(open + 1)..close] : setting;
    }
}
