using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.Check;

/// <summary>The host's kernel and how it is set.</summary>
internal static class KernelFindings
{
    private const string Kernel = "kernel";
    private static readonly string[] WindowOptions = ["nocrs", "realloc", "realloc=on"];

    /// <summary>What holds.</summary>
    public static IEnumerable<Finding> Of(CheckFacts facts) => [.. Version(facts), .. Settings(facts), .. Scope(facts)];

    private static IEnumerable<Finding> Version(CheckFacts facts)
    {
        if (facts.Kernel is not { } kernel)
        {
            yield return new Finding("kernel-not-modelled", Severity.Note, Kernel, $"{facts.KernelProblem}; what it does with BARs is not known here", "see what the nearest releases do with 'fast map --compare'");
            yield break;
        }

        var (lookups, leaves) = (facts.LargestBar >> PageSize.Size4K.Shift, Math.Max(1, facts.LargestBar >> PageSize.Size1G.Shift));
        var cost = facts.LargestBar == 0 ? "" : $": {Numbers.Count((long)lookups)} lookups for the largest BAR here ({Numbers.Size(facts.LargestBar)}), again at every map event, where {Numbers.Count((long)leaves)} would do";
        if (kernel.Profile.BarFault != BarFault.HugeOrders)
            yield return new Finding("kernel-without-huge-pfnmaps", facts.PageByPage, Kernel, $"Linux {kernel.Version} maps and looks up BARs 4 KiB at a time{cost}", "run Linux 6.15 or newer on the host (6.12 alone maps hugely, but still looks up page by page); 'fast predict live' prices both");
        else if (!kernel.Profile.Has(VfioPatches.All))
            yield return new Finding("kernel-without-page-mask", facts.PageByPage, Kernel, $"Linux {kernel.Version} maps BARs by large leaves, but type1 still looks them up 4 KiB at a time{cost}", "run Linux 6.15 or newer on the host, or a distribution's kernel with 'vfio/type1: Use mapping page mask for pfnmaps' (Ubuntu has it in its 6.14)");
        else if (facts.LargestBar >= PageSize.Size1G.Bytes)
            yield return new Finding("unmap-asks-page-by-page", Severity.Note, Kernel, $"type1 still asks the IOMMU for every 4 KiB when a BAR is unmapped, in every kernel that was measured: it is what is left of the cost", "fewer map events: guest kernel 6.14 or newer, devices on the guest's root bus; 'fast predict live' says how much");
    }

    private static IEnumerable<Finding> Settings(CheckFacts facts)
    {
        var machine = facts.Machine;
        var advised = facts.VfioAreas.Any(area => area.IsBar && area.Area.Flags.Contains("hg"));
        if (facts.Kernel is { Profile: { ThpGatesPfnmaps: true, BarFault: BarFault.HugeOrders } } kernel && machine.Thp is { } thp and not "always" && !(thp == "madvise" && advised))
            yield return new Finding("thp-keeps-bars-small", facts.PageByPage, "transparent_hugepage/enabled", $"it is '{thp}', and Linux {kernel.Version} maps BARs by 4 KiB leaves then, however well they are aligned", "echo always > /sys/kernel/mm/transparent_hugepage/enabled before the VM starts, or run a kernel with 'mm/huge_memory: bypass THP tuneables for huge pfnmap mappings' (7.x)");
        if (machine.Modules.Type1DisablesHugePages)
            yield return new Finding("type1-pins-page-by-page", Severity.Error, "vfio_iommu_type1.disable_hugepages", "it is set: every page is looked up and written to the IOMMU by itself, memory and BARs alike, on every kernel", "echo N > /sys/module/vfio_iommu_type1/parameters/disable_hugepages, and take the parameter out of the command line and modprobe.d");
        if (machine.Modules.DmaEntryLimit is < 65535 and { } limit)
            yield return new Finding("dma-entry-limit-lowered", Severity.Warning, "vfio_iommu_type1.dma_entry_limit", $"a container holds {Numbers.Count((long)limit)} mappings; the default is 65,535, and MAP_DMA answers ENOSPC beyond", "set it back to 65535");
        foreach (var option in machine.CommandLine.Where(parameter => parameter.StartsWith("pci=", StringComparison.Ordinal)).SelectMany(parameter => parameter[4..].Split(',')).Where(WindowOptions.Contains))
            yield return new Finding("pci-windows-overridden", Severity.Warning, "kernel command line", $"'pci={option}' makes Linux ignore or move the windows of the firmware: BARs may end where nobody expects them", "take it out once the firmware gives windows that are large enough (Above 4G Decoding, MMIO high size)");
    }

    private static IEnumerable<Finding> Scope(CheckFacts facts)
    {
        if (facts.Machine.Cpu.IsGuest)
            yield return new Finding("machine-is-a-guest", Severity.Note, "processor", "this machine is itself a virtual one: BARs may be mapped once more below it, which cannot be seen from here", "check its host too");
        if (facts.Machine.Iomem.AreHidden)
            yield return new Finding("addresses-hidden", Severity.Note, "/proc/iomem", "the kernel hides physical addresses from this user: windows of host bridges are not checked", "run as root (CAP_SYS_ADMIN)");
    }
}
