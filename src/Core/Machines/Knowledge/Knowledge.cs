using System.Collections.Immutable;
using System.Globalization;
using System.IO.Hashing;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>
/// What is known about kernels, VMMs and firmware: which release does what, what steps cost, how many map events real boots had; each with its source. It is a file that can be
/// corrected without a release; <see cref="Default"/> is the one that the assembly carries. Schema: docs/schema/fast.knowledge-1.schema.json.
/// </summary>
public sealed class Knowledge
{
    /// <summary>What the field <c>schema</c> of a file must say.</summary>
    public const string Schema = "fast.knowledge/1";

    private static readonly Lazy<Knowledge> Embedded = new(ReadEmbedded);

    internal Knowledge(string source, string fingerprint) => (Source, Fingerprint) = (source, fingerprint);

    /// <summary>The knowledge that the assembly carries.</summary>
    public static Knowledge Default => Embedded.Value;

    /// <summary>Where it came from: a file, or <c>built-in</c>.</summary>
    public string Source { get; }

    /// <summary>XxHash3 of the file's bytes, 16 hexadecimal digits: a result says by it which knowledge it used.</summary>
    public string Fingerprint { get; }

    /// <summary>Texts of the sources, by id.</summary>
    public ImmutableDictionary<string, string> Sources { get; internal init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Nanoseconds that an instruction of these paths takes on server hardware.</summary>
    public required Figure NanosecondsPerInstruction { get; init; }

    /// <summary>Factor by which the seconds of a map may be too low or too high.</summary>
    public required Figure MapBand { get; init; }

    /// <summary>Factor by which the seconds of an unmap may be too low or too high.</summary>
    public required Figure UnmapBand { get; init; }

    /// <summary>Factor by which the seconds of pinning memory may be too low or too high.</summary>
    public required Figure RamBand { get; init; }

    /// <summary>What pinning memory costs.</summary>
    public ImmutableArray<RamCosts> Ram { get; internal init; } = [];

    /// <summary>Which release does what; this drives the machines.</summary>
    public required Behaviours Behaviours { get; init; }

    /// <summary>Costs of the kernels that were counted, oldest first.</summary>
    public ImmutableArray<KernelCosts> Kernels { get; internal init; } = [];

    /// <summary>Id of the source that says which events are cold.</summary>
    public required string ColdSource { get; init; }

    /// <summary>Map events that were counted of firmwares: a check of what the machine does, which never reads them.</summary>
    public ImmutableArray<FirmwareEvents> Firmwares { get; internal init; } = [];

    /// <summary>Map events that were counted of guest kernels, oldest first; a check like those of firmwares.</summary>
    public ImmutableArray<GuestKernelEvents> GuestKernels { get; internal init; } = [];

    /// <summary>Reads a file and checks it: unknown, missing, doubled and nonsensical fields are errors.</summary>
    /// <param name="utf8">Content of the file.</param>
    /// <param name="source">Its name, for messages and results.</param>
    /// <param name="knowledge">The knowledge.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, string source, out Knowledge? knowledge, out string? error)
    {
        var fingerprint = XxHash3.HashToUInt64(utf8).ToString("x16", CultureInfo.InvariantCulture);
        return JsonFile.TryRead(utf8, source, "fast.knowledge-1.schema.json", root => new KnowledgeReader(source, fingerprint).Read(root), out knowledge, out error);
    }

    /// <summary>The costs that apply to a kernel: its own where it was counted, otherwise those that its profile names.</summary>
    public KernelCosts CostsOf(KernelChoice kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return Kernels.FirstOrDefault(costs => costs.Kernel.IsSameRelease(kernel.Version))
            ?? Kernels.First(costs => costs.Kernel.ToString() == kernel.Profile.CostKernel);
    }

    /// <summary>What pinning memory costs on a kernel. Pages of 1 GiB were not counted; those of 2 MiB stand for them.</summary>
    public RamCosts RamCostsOf(KernelChoice kernel, RamKind kind)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        var counted = kind == RamKind.Hugetlb1G ? RamKind.Hugetlb2M : kind;
        return Ram.First(costs => costs.Kernel.ToString() == kernel.Profile.CostKernel && costs.Kind == counted);
    }

    /// <summary>Kinds of memory that were counted.</summary>
    internal static ImmutableArray<RamKind> RamKinds { get; } = [RamKind.Pages4K, RamKind.Thp, RamKind.Hugetlb2M];

    /// <summary>The events of the firmware of that name, or <see langword="null"/>.</summary>
    public FirmwareEvents? FindFirmware(string name) => Firmwares.FirstOrDefault(known => known.Firmware.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What a guest kernel of that version does.</summary>
    public GuestKernelEvents GuestKernelOf(KernelVersion version) => GuestKernels.Last(known => known.From <= version);

    /// <summary>The bytes of the file that the assembly carries: to be written, corrected, and read again.</summary>
    public static byte[] DefaultBytes()
    {
        using var stream = typeof(Knowledge).Assembly.GetManifestResourceStream("knowledge.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static Knowledge ReadEmbedded() =>
        TryRead(DefaultBytes(), "built-in", out var knowledge, out var error) ? knowledge! : throw new InvalidOperationException(error);
}
