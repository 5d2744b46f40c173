using System.Collections.Immutable;

namespace Fast.Lab;

/// <summary>A guest with an IOMMU whose devices vfio-pci has, and the tool in it.</summary>
internal static class VfioGuest
{
    private static readonly string[] Modules = ["vfio_iommu_type1", "vfio_pci"];

    /// <summary>Boots one and does the jobs.</summary>
    /// <param name="setup">The lab.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="jobs">Lines for the guest's shell.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="whileHeld">What the host does while a job holds something.</param>
    /// <param name="moreModules">Modules besides.</param>
    public static async Task<GuestReport> RunAsync(
        LabSetup setup, KernelEntry kernel, QemuMachine machine, string jobs, TimeSpan limit, CancellationToken cancellation,
        Func<string, QemuMonitor, CancellationToken, Task>? whileHeld = null, ImmutableArray<string> moreModules = default)
    {
        var files = await setup.KernelAsync(kernel, cancellation);
        var modules = new ModuleSet(files.Modules);
        foreach (var module in Modules.Concat(moreModules.IsDefault ? [] : moreModules)) await modules.AddAsync(module, cancellation);
        var parts = new GuestParts(LabSetup.Busybox, modules, await setup.ToolAsync(cancellation), "vfio=yes\n", jobs);
        var report = await GuestRun.RunAsync(machine, files, parts, new GuestOptions(limit, line => setup.Log($"{kernel.Release}: {line}")), whileHeld, cancellation);
        if (report.Release is { } release && release != kernel.Release) throw new LabException($"{kernel.Package} came up as {release}");
        return report;
    }
}
