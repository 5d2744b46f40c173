using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Host;

/// <summary>A process as far as it concerns the mapping of BARs and memory for DMA. Sizes in bytes; <see langword="null"/> where the kernel does not say or the reader may not know.</summary>
public sealed record ProcessFacts
{
    private const int CapIpcLock = 14;

    /// <summary>Its number.</summary>
    public required int Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What is in memory (VmRSS).</summary>
    public required ulong? Resident { get; init; }

    /// <summary>Its page tables (VmPTE): what tells whether BARs are mapped by small leaves.</summary>
    public required ulong? PageTables { get; init; }

    /// <summary>Locked memory (VmLck) and pinned memory (VmPin).</summary>
    public required ulong? Locked { get; init; }

    /// <summary>Pinned memory (VmPin).</summary>
    public required ulong? Pinned { get; init; }

    /// <summary>How much it may lock (RLIMIT_MEMLOCK, soft); <see cref="ulong.MaxValue"/> is unlimited.</summary>
    public required ulong? LockLimit { get; init; }

    /// <summary>Whether the limit does not hold for it (CAP_IPC_LOCK).</summary>
    public required bool MayLockAnything { get; init; }

    /// <summary>Whether huge pages are off for it alone (<c>prctl(PR_SET_THP_DISABLE)</c>).</summary>
    public required bool HasThpDisabled { get; init; }

    /// <summary>Groups whose <c>/dev/vfio/N</c> it has open.</summary>
    public required ImmutableArray<int> VfioGroups { get; init; }

    /// <summary>Whether it has a type1 container (<c>/dev/vfio/vfio</c>).</summary>
    public required bool HasType1 { get; init; }

    /// <summary>Whether it has iommufd (<c>/dev/iommu</c>).</summary>
    public required bool HasIommufd { get; init; }

    /// <summary>Its areas.</summary>
    public required ImmutableArray<ProcessArea> Areas { get; init; }

    /// <summary>Whether residency and flags are known: <c>smaps</c> could be read.</summary>
    public required bool HasDetails { get; init; }

    /// <summary>Reads a process.</summary>
    /// <exception cref="HostException">There is none of that number.</exception>
    public static ProcessFacts Read(HostTree tree, int id)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var folder = string.Create(CultureInfo.InvariantCulture, $"proc/{id}");
        if (!tree.Exists($"{folder}/status")) throw new HostException($"{tree.PathOf(folder)}: there is no process {id}; 'pgrep -a qemu' lists virtual machines");
        var status = tree.Lines($"{folder}/status");
        var details = ProcessAreas.Of(tree.Lines($"{folder}/smaps"));
        var files = tree.Names($"{folder}/fd").Select(name => tree.Link($"{folder}/fd/{name}") ?? "").ToHashSet(StringComparer.Ordinal);
        return new ProcessFacts
        {
            Id = id,
            Name = tree.Text($"{folder}/comm") ?? ProcText.Value(status, "Name") ?? "?",
            Resident = ProcText.Kilobytes(status, "VmRSS"),
            PageTables = ProcText.Kilobytes(status, "VmPTE"),
            Locked = ProcText.Kilobytes(status, "VmLck"),
            Pinned = ProcText.Kilobytes(status, "VmPin"),
            LockLimit = LimitOf(tree.Lines($"{folder}/limits")),
            MayLockAnything = ProcText.Value(status, "CapEff") is { } text && ProcText.TryParseHex(text, out var capabilities) && (capabilities >> CapIpcLock & 1) != 0,
            HasThpDisabled = ProcText.Value(status, "THP_enabled") == "0",
            VfioGroups = [.. files.Select(GroupOf).OfType<int>().Order()],
            HasType1 = files.Contains("/dev/vfio/vfio"),
            HasIommufd = files.Contains("/dev/iommu"),
            Areas = details.IsEmpty ? ProcessAreas.Of(tree.Lines($"{folder}/maps")) : details,
            // Of a kernel thread it is there and empty.
            HasDetails = tree.Exists($"{folder}/smaps") && !tree.Refused.Contains($"{folder}/smaps"),
        };
    }

    private static ulong? LimitOf(IEnumerable<string> lines)
    {
        const string Name = "Max locked memory";
        var line = lines.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["unlimited", ..] => ulong.MaxValue,
            [var soft, ..] when ulong.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) => bytes,
            _ => null,
        };
    }

    private static int? GroupOf(string link)
    {
        const string Prefix = "/dev/vfio/";
        return link.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(link.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
