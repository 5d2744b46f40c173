using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>Who maps on behalf of user space.</summary>
public enum MapBackend
{
    /// <summary>VFIO's own container.</summary>
    Type1,

    /// <summary>iommufd.</summary>
    Iommufd,
}

/// <summary>What else than a plain BAR is mapped, and what gets in the way. Two equal ones mean the same.</summary>
public sealed record BarConditions
{
    /// <summary>Most bytes of ordinary memory: each page of it is followed.</summary>
    public const ulong MostRamBytes = 64UL << 30;

    /// <summary>Most pieces that a mapping can be broken into.</summary>
    public const ulong MostPieces = 1 << 20;

    /// <summary>Most holes.</summary>
    public const int MostHoles = 1000;

    /// <summary>Most domains.</summary>
    public const int MostDomains = 8;

    /// <summary>Ordinary memory instead of a BAR, or <see langword="null"/>.</summary>
    public RamKind? Ram { get; init; }

    /// <summary>Holes of one page, or of one huge page, spread evenly: nothing is mmapped there.</summary>
    public int Holes { get; init; }

    /// <summary>Frames jump at each multiple of it, or <see langword="null"/>.</summary>
    public ulong? BreakEvery { get; init; }

    /// <summary>Domains that get each mapping.</summary>
    public int Domains { get; init; } = 1;

    /// <summary>RLIMIT_MEMLOCK in bytes, or <see langword="null"/> for no limit.</summary>
    public ulong? MemlockBytes { get; init; }

    /// <summary>What goes wrong and when: a <see cref="FailureScript"/> as it is written, or <see langword="null"/>.</summary>
    public string? Failures { get; init; }

    /// <summary>Who maps.</summary>
    public MapBackend Backend { get; init; }

    /// <summary>The unit in which memory comes and goes.</summary>
    internal PageSize Unit => Ram switch { RamKind.Hugetlb2M => PageSize.Size2M, RamKind.Hugetlb1G => PageSize.Size1G, _ => PageSize.Size4K };

    /// <summary>Whether a plain BAR goes to one domain of a type1 container and nothing gets in the way: what cost figures stand for.</summary>
    public bool IsPlain => this == new BarConditions();

    /// <summary>The script, fresh.</summary>
    internal FailureScript Script() => Failures is null ? FailureScript.None : FailureScript.TryParse(Failures, out var script, out var error) ? script : throw new FormatException(error);

    /// <summary>What is wrong with it for a case, or <see langword="null"/>.</summary>
    internal string? Check(BarCaseOptions options)
    {
        var bytes = options.Bytes;
        if (Domains is < 1 or > MostDomains) return $"{Domains} domains: give 1 to {MostDomains}";
        if (Holes < 0 || Holes > MostHoles || (ulong)Holes * 2 > bytes / Unit.Bytes) return $"{Holes} holes: give 0 to {Math.Min(MostHoles, bytes / Unit.Bytes / 2)} for {BinarySize.Format(bytes)}";
        if (BreakEvery is { } every)
        {
            if (every == 0 || every % Unit.Bytes != 0) return $"break-every {BinarySize.Format(every)} is not a multiple of {BinarySize.Format(Unit.Bytes)}";
            if (bytes / every > MostPieces) return $"break-every {BinarySize.Format(every)} makes more than {MostPieces} pieces of {BinarySize.Format(bytes)}; the smallest is {BinarySize.Format(Math.Max(Unit.Bytes, bytes / MostPieces))}";
        }

        if (Failures is not null && !FailureScript.TryParse(Failures, out _, out var error)) return $"fail {error}";
        return Ram is null ? CheckBackend(options) : CheckRam(options) ?? CheckBackend(options);
    }

    private string? CheckRam(BarCaseOptions options)
    {
        if (options.BarBytes is not null || options.Offset != 0) return "ordinary memory has neither a bar nor an offset; leave --bar and --offset out, or --ram";
        if (options.Bytes > MostRamBytes) return $"size {BinarySize.Format(options.Bytes)} of ordinary memory: the most is {BinarySize.Format(MostRamBytes)}";
        if (options.Bytes % Unit.Bytes != 0) return $"size {BinarySize.Format(options.Bytes)} is not a multiple of the huge page of {BinarySize.Format(Unit.Bytes)}";
        return options.VaSkew % Unit.Bytes != 0 ? $"va-skew {BinarySize.Format(options.VaSkew)} is not a multiple of the huge page of {BinarySize.Format(Unit.Bytes)}" : null;
    }

    private string? CheckBackend(BarCaseOptions options)
    {
        if (Backend == MapBackend.Type1) return null;
        if (options.Path == MapPath.Fast) return "the fast path stands in for type1; leave --backend iommufd or --path fast out";
        if (options.Kernel < new KernelVersion(6, 2)) return $"Linux {options.Kernel} has no iommufd; it came with 6.2";
        return Ram is null && (Holes > 0 || BreakEvery is not null) ? "for iommufd a BAR is one range (a dma-buf); leave --holes and --break-every out, or add --ram" : null;
    }
}
