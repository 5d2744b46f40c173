using System.Collections.Immutable;
using System.Numerics;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>
/// One way to map one BAR, complete and checked. Two equal cases do exactly the same, so one execution serves both. The process has the whole BAR
/// mmapped, as a VMM does, and maps a part of it for the device.
/// </summary>
public sealed record BarCase
{
    /// <summary>Most bytes that a process can have mmapped on x86-64 with four levels.</summary>
    public const ulong MostBytes = 1UL << 47;

    private const ulong PageBytes = 4096;
    private const ulong SkewModulus = 1UL << 30;

    private BarCase(BarCaseOptions options, ulong barBytes, KernelChoice kernel, KernelProfile profile)
    {
        BarBytes = barBytes;
        Offset = options.Offset;
        Bytes = options.Bytes;
        Kernel = kernel;
        Profile = profile;
        Patches = options.Patches;
        Path = options.Path;
        Warm = options.Warm;
        VaSkew = options.VaSkew % SkewModulus;
        IovaSkew = options.IovaSkew % SkewModulus;
        Thp = options.Thp;
        Iommu = options.Iommu;
        Trapped = options.Trapped;
        Conditions = options.Conditions;
    }

    /// <summary>Size of the BAR.</summary>
    public ulong BarBytes { get; }

    /// <summary>First byte of the BAR that is mapped for the device.</summary>
    public ulong Offset { get; }

    /// <summary>Bytes that are mapped for the device.</summary>
    public ulong Bytes { get; }

    /// <summary>The kernel that was asked for, the profile in force, and how far to trust it.</summary>
    public KernelChoice Kernel { get; }

    /// <summary>The profile with the patches.</summary>
    public KernelProfile Profile { get; }

    /// <summary>Patches on top of the kernel.</summary>
    public VfioPatches Patches { get; }

    /// <summary>How it is mapped.</summary>
    public MapPath Path { get; }

    /// <summary>Whether each leaf of the CPU's table was touched before.</summary>
    public bool Warm { get; }

    /// <summary>Virtual address minus physical address, modulo 1 GiB.</summary>
    public ulong VaSkew { get; }

    /// <summary>Device address minus physical address, modulo 1 GiB.</summary>
    public ulong IovaSkew { get; }

    /// <summary>The host's setting for transparent huge pages.</summary>
    public ThpPolicy Thp { get; }

    /// <summary>The host's IOMMU.</summary>
    public IommuKind Iommu { get; }

    /// <summary>Pages of the mapped part that the VMM keeps to itself, or <see langword="null"/>.</summary>
    public TrappedPages? Trapped { get; }

    /// <summary>What else than a plain BAR is mapped, and what gets in the way.</summary>
    public BarConditions Conditions { get; }

    /// <summary>What is mapped for the device, one call each: all of it, or what lies around the trapped pages.</summary>
    public ImmutableArray<(ulong Offset, ulong Bytes)> Sections => Trapped is { } trapped ? trapped.Around(Bytes) : [(0, Bytes)];

    /// <summary>4 KiB pages that are mapped for the device.</summary>
    public ulong Pages => Bytes / PageBytes;

    /// <summary>Checks what somebody asks for.</summary>
    /// <param name="options">That.</param>
    /// <param name="barCase">The case.</param>
    /// <param name="error">One line: what is wrong and what would be right, or <see langword="null"/>.</param>
    public static bool TryCreate(BarCaseOptions options, out BarCase? barCase, out string? error)
    {
        ArgumentNullException.ThrowIfNull(options);
        barCase = null;
        error = CheckSizes(options) ?? CheckSkew("va-skew", options.VaSkew) ?? CheckSkew("iova-skew", options.IovaSkew) ?? options.Conditions.Check(options);
        error ??= options.Trapped?.Check(options.Bytes);
        if (error is not null) return false;
        var kernel = options.Choice;
        if (kernel is null && !KernelProfiles.TryResolve(options.Kernel, out kernel, out error)) return false;
        if (!VfioPatchSet.TryApply(kernel!, options.Patches, out var profile, out error)) return false;
        var barBytes = options.BarBytes ?? BitOperations.RoundUpToPowerOf2(options.Offset + options.Bytes);
        barCase = new BarCase(options, barBytes, kernel!, profile);
        return true;
    }

    /// <summary>The same or an exception.</summary>
    /// <exception cref="ArgumentException">What is wrong.</exception>
    public static BarCase Create(BarCaseOptions options) =>
        TryCreate(options, out var barCase, out var error) ? barCase! : throw new ArgumentException(error, nameof(options));

    private static string? CheckSizes(BarCaseOptions options)
    {
        var (bytes, offset) = (options.Bytes, options.Offset);
        if (bytes == 0) return "size 0: map at least one page of 4K";
        if (bytes % PageBytes != 0) return $"size {BinarySize.Format(bytes)} is not a multiple of 4K";
        if (offset % PageBytes != 0) return $"offset {BinarySize.Format(offset)} is not a multiple of 4K";
        if (bytes > MostBytes) return $"size {BinarySize.Format(bytes)} is more than a process can map; the most is {BinarySize.Format(MostBytes)}";
        if (offset > MostBytes || offset + bytes > MostBytes)
            return $"offset {BinarySize.Format(offset)} plus size {BinarySize.Format(bytes)} is more than a process can map; the most is {BinarySize.Format(MostBytes)}";
        if (options.BarBytes is not { } bar) return null;
        if (!ulong.IsPow2(bar)) return $"a BAR of {BinarySize.Format(bar)} cannot be: its size is a power of two";
        if (bar > MostBytes) return $"a BAR of {BinarySize.Format(bar)} is more than a process can map; the most is {BinarySize.Format(MostBytes)}";
        return offset + bytes > bar
            ? $"offset {BinarySize.Format(offset)} plus size {BinarySize.Format(bytes)} does not fit in a BAR of {BinarySize.Format(bar)}"
            : null;
    }

    private static string? CheckSkew(string name, ulong skew) =>
        skew % PageBytes != 0 ? $"{name} {BinarySize.Format(skew)} is not a multiple of 4K" : null;
}
