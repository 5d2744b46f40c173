using System.Collections.Immutable;
using System.Text.Json;
using Fast.Machines;
using Fast.PageTables;
using Fast.Tool.Json;

namespace Fast.Tool.Map;

/// <summary>What real kernels were counted doing, as the tool carries it: Data/lab-counts.json.</summary>
internal sealed record LabCounts(string Source, ImmutableArray<LabRow> Rows)
{
    private static readonly Lazy<LabCounts> Embedded = new(Read);

    /// <summary>The rows that the tool carries.</summary>
    public static LabCounts Default => Embedded.Value;

    /// <summary>The releases that were counted, oldest first.</summary>
    public IEnumerable<string> Kernels => Rows.Select(row => row.Kernel).Distinct();

    /// <summary>
    /// The row that was counted under the conditions of <paramref name="barCase"/> on the kernel that stands for its behaviour
    /// (<see cref="Fast.Linux.KernelProfile.CostKernel"/>), or <see langword="null"/>.
    /// </summary>
    public LabRow? Find(BarCase barCase)
    {
        var comparable = barCase is { Path: Fast.Linux.MapPath.Kernel, Patches: Fast.Linux.VfioPatches.None, Thp: Fast.Linux.ThpPolicy.Always, IovaSkew: 0, Offset: 0 }
            && barCase.Conditions.IsPlain
            && barCase.Trapped is null
            && barCase.Bytes == barCase.BarBytes
            && barCase.Iommu == Fast.Linux.IommuKinds.Vtd;
        return comparable
            ? Rows.FirstOrDefault(row => row.Kernel == barCase.Profile.CostKernel && row.Bytes == barCase.Bytes && row.VaSkew == barCase.VaSkew)
            : null;
    }

    private static LabCounts Read()
    {
        using var stream = typeof(LabCounts).Assembly.GetManifestResourceStream("lab-counts.json")!;
        return JsonSerializer.Deserialize(stream, ToolJson.Default.LabCounts)!;
    }
}

/// <summary>One BAR mapped and unmapped on a real kernel; <see langword="null"/> where it was not probed.</summary>
internal sealed record LabRow(
    string Kernel,
    string Release,
    ulong Bytes,
    ulong VaSkew,
    long VaddrGetPfns,
    long LookupsCold,
    long LookupsWarm,
    long FaultsCold,
    long? HugeFaultCallsCold,
    long IommuMapCalls,
    long? IovaToPhys,
    long MapInstructionsCold,
    long MapInstructionsWarm,
    long UnmapInstructions);
