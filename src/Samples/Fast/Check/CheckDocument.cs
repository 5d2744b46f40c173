using System.Collections.Immutable;
using Fast.Host;
using Fast.Linux;
using Fast.Machines;

namespace Fast.Tool.Check;

/// <summary>What <c>fast check --json</c> prints. Addresses and frame numbers are hexadecimal strings, sizes are in bytes; null is what is not known.</summary>
internal sealed record CheckDocument(
    string Schema,
    string Tree,
    HostKernelView Kernel,
    CpuView Cpu,
    ulong? MemoryBytes,
    ImmutableArray<PoolView> HugePages,
    ImmutableArray<string> Modules,
    HostIommuView Iommu,
    ImmutableArray<PassedDeviceView> Devices,
    ImmutableArray<BridgeWindowView> Windows,
    ProcessView? Process,
    ImmutableArray<SelfTestView>? SelfTest,
    ImmutableArray<CheckFindingView> Findings,
    ImmutableArray<string> Notes,
    FailOnView? FailOn)
{
    /// <summary>The schema's id.</summary>
    public const string SchemaId = "fast.check/1";

    /// <summary>A document of <paramref name="run"/>.</summary>
    public static CheckDocument Of(CheckRun run, Severity? limit, int areas)
    {
        var machine = run.Facts.Machine;
        return new CheckDocument(
            SchemaId,
            run.Tree.Root,
            HostKernelView.Of(run.Facts),
            new CpuView(machine.Cpu.Model, machine.Cpu.PhysicalBits, machine.Cpu.HasFiveLevels, machine.Cpu.IsGuest),
            machine.MemoryBytes,
            [.. machine.HugePagePools.Select(pool => new PoolView(pool.Size.Bytes, pool.Total, pool.Free))],
            machine.Modules.Present,
            HostIommuView.Of(machine.Iommu),
            [.. run.Facts.Relevant.Select(function => PassedDeviceView.Of(run.Facts, function))],
            [.. machine.Iomem.HostBridgeWindows.Select(window => new BridgeWindowView(Numbers.Hex(window.Start), window.Bytes, window.Name))],
            run.Facts.Process is null ? null : ProcessView.Of(run, areas),
            run.SelfTest is { } parts ? [.. parts.Select(SelfTestView.Of)] : null,
            [.. run.Findings.Select(finding => new CheckFindingView(finding.Id, Words.Of(finding.Severity), finding.Where, finding.Text, finding.Remedy))],
            [.. run.Notes],
            limit is { } severity ? new FailOnView(Words.Of(severity), run.Findings.Any(finding => finding.Severity >= severity)) : null);
    }
}

/// <summary>The kernel, and the profile that says what it does with BARs.</summary>
internal sealed record HostKernelView(string? Release, string? Profile, string? Confidence, string? Reason, bool? HugePfnmaps, bool? PageMask, bool? ThpGatesBars, string? Thp, ImmutableArray<string> CommandLine)
{
    private static readonly string[] Parameters = ["iommu", "intel_iommu", "amd_iommu", "pci", "pcie_acs_override", "transparent_hugepage", "hugepages", "hugepagesz", "default_hugepagesz", "no5lvl"];

    /// <summary>A view of the kernel.</summary>
    public static HostKernelView Of(CheckFacts facts)
    {
        var (machine, kernel) = (facts.Machine, facts.Kernel);
        return new HostKernelView(
            machine.KernelRelease, kernel?.Profile.Name, kernel is null ? null : Words.Of(kernel.Confidence), kernel?.Reason ?? facts.KernelProblem,
            kernel?.Profile.BarFault == BarFault.HugeOrders, kernel?.Profile.Has(VfioPatches.All), kernel?.Profile.ThpGatesPfnmaps, machine.Thp, [.. machine.CommandLine.Where(IsRelevant)]);
    }

    // Of what is on the command line the rest is nobody's business, and may be in a ticket tomorrow.
    private static bool IsRelevant(string parameter)
    {
        var name = parameter.Split('=')[0].Replace('-', '_');
        return Parameters.Contains(name) || name.StartsWith("vfio", StringComparison.Ordinal) || name.StartsWith("iommu.", StringComparison.Ordinal) || name.StartsWith("kvm", StringComparison.Ordinal);
    }
}

/// <summary>The first processor.</summary>
internal sealed record CpuView(string? Model, int? PhysicalBits, bool FiveLevels, bool Guest);

/// <summary>A pool of huge pages.</summary>
internal sealed record PoolView(ulong PageBytes, ulong Total, ulong Free);

/// <summary>The IOMMU.</summary>
internal sealed record HostIommuView(bool On, int Groups, ImmutableArray<IommuUnitView> Units)
{
    /// <summary>A view of <paramref name="iommu"/>.</summary>
    public static HostIommuView Of(IommuFacts iommu) => new(
        iommu.IsOn, iommu.Groups.Length, [.. iommu.Units.Select(unit => new IommuUnitView(unit.Name, Words.Of(unit.Maker), unit.AddressBits, [.. unit.LeafSizes.Select(size => size.Bytes)]))]);
}

/// <summary>An IOMMU unit.</summary>
internal sealed record IommuUnitView(string Name, string Maker, int? AddressBits, ImmutableArray<ulong> LeafBytes);

/// <summary>A window of a host bridge.</summary>
internal sealed record BridgeWindowView(string Start, ulong Bytes, string Name);

/// <summary>A finding.</summary>
internal sealed record CheckFindingView(string Id, string Severity, string Where, string Text, string Remedy);
