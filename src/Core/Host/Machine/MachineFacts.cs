using System.Collections.Immutable;

namespace Fast.Host;

/// <summary>What a machine says about itself as far as it concerns BARs and their mapping. Reading it changes nothing and needs no privilege; with it more is seen.</summary>
public sealed record MachineFacts
{
    /// <summary>What <c>uname -r</c> prints, or <see langword="null"/>.</summary>
    public required string? KernelRelease { get; init; }

    /// <summary>Parameters of the kernel's command line.</summary>
    public required ImmutableArray<string> CommandLine { get; init; }

    /// <summary>The processors.</summary>
    public required CpuFacts Cpu { get; init; }

    /// <summary>The word that is chosen in <c>transparent_hugepage/enabled</c>, or <see langword="null"/>: the kernel has none.</summary>
    public required string? Thp { get; init; }

    /// <summary>Pools of huge pages, smallest first.</summary>
    public required ImmutableArray<HugePagePool> HugePagePools { get; init; }

    /// <summary>Loaded modules and built-in ones that show parameters, by name; their parameters that matter here.</summary>
    public required ModuleFacts Modules { get; init; }

    /// <summary>The IOMMU.</summary>
    public required IommuFacts Iommu { get; init; }

    /// <summary>PCI functions, in the order of their addresses.</summary>
    public required ImmutableArray<PciFunctionFacts> Functions { get; init; }

    /// <summary>The map of physical memory.</summary>
    public required Iomem Iomem { get; init; }

    /// <summary>Bytes of memory, or <see langword="null"/>.</summary>
    public required ulong? MemoryBytes { get; init; }

    /// <summary>What could not be read; one line each.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>Reads a machine.</summary>
    /// <param name="tree">Its files.</param>
    /// <exception cref="HostException">There is no <c>proc</c> there.</exception>
    public static MachineFacts Read(HostTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if (!tree.Exists("proc/sys/kernel/osrelease"))
        {
            throw new HostException(tree.IsThisMachine && !OperatingSystem.IsLinux()
                ? "this machine is read through Linux's procfs and sysfs, and this is not Linux; copy /proc and /sys of the host and name the folder with --tree"
                : $"{tree.PathOf("proc/sys/kernel/osrelease")}: no such file; the tree of a machine has 'proc' and 'sys'");
        }

        var (functions, notes) = PciFunctionFacts.ReadAll(tree);
        return new MachineFacts
        {
            KernelRelease = tree.Text("proc/sys/kernel/osrelease"),
            CommandLine = [.. (tree.Text("proc/cmdline") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)],
            Cpu = CpuFacts.Read(tree),
            Thp = Chosen(tree.Text("sys/kernel/mm/transparent_hugepage/enabled")),
            HugePagePools = HugePagePool.ReadAll(tree),
            Modules = ModuleFacts.Read(tree),
            Iommu = IommuFacts.Read(tree),
            Functions = functions,
            Iomem = Iomem.Of(tree.Lines("proc/iomem")),
            MemoryBytes = ProcText.Kilobytes(tree.Lines("proc/meminfo"), "MemTotal"),
            Notes = notes,
        };
    }

    /// <summary>Whether the command line has a parameter, as <c>name</c> or <c>name=…</c>; hyphens count as underscores.</summary>
    public string? Parameter(string name)
    {
        foreach (var parameter in CommandLine)
        {
            var cut = parameter.IndexOf('=', StringComparison.Ordinal);
            if ((cut < 0 ? parameter : parameter[..cut]).Replace('-', '_') == name) return cut < 0 ? "" : parameter[(cut + 1)..];
        }

        return null;
    }

    private static string? Chosen(string? text)
    {
        if (text is null) return null;
        var (open, close) = (text.IndexOf('[', StringComparison.Ordinal), text.IndexOf(']', StringComparison.Ordinal));
        return open >= 0 && close > open ? text[(open + 1)..close] : null;
    }
}
