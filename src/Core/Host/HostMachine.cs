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
    public static HostMachine Read(HostTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return new HostMachine(
            tree.Text("sys/class/dmi/id/product_name") ?? Unknown,
            tree.Text("proc/sys/kernel/osrelease") ?? Unknown,
            CpuFacts.Read(tree).Model ?? Unknown,
            KindOfIommu(tree.Names("sys/class/iommu").FirstOrDefault()),
            Chosen(tree.Text("sys/kernel/mm/transparent_hugepage/enabled") ?? Unknown));
    }

    private static string KindOfIommu(string? unit) => unit switch
    {
        null => "none",
        _ when unit.StartsWith("dmar", StringComparison.Ordinal) => "vtd",
        _ when unit.StartsWith("ivhd", StringComparison.Ordinal) => "amdv1",
        _ => unit,
    };

    // "always [madvise] never"
    private static string Chosen(string setting)
    {
        var open = setting.IndexOf('[', StringComparison.Ordinal);
        var close = setting.IndexOf(']', StringComparison.Ordinal);
        return open >= 0 && close > open ? setting[(open + 1)..close] : setting;
    }
}
