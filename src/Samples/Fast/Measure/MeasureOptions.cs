using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Fast.Host;
using Fast.PageTables;
using Fast.Tool.CommandLine;
using Fast.Tool.Map;

namespace Fast.Tool.Measure;

/// <summary>The options of <c>fast measure</c>, and the cases that they ask for.</summary>
internal sealed class MeasureOptions
{
    private const string Type1 = "type1";
    private const string Iommufd = "iommufd";
    private const int DefaultRepeat = 3;
    private const ulong QuickBytes = 1UL << 30;
    private const int MostRegion = 5;

    private readonly Option<ulong?[]> _size = Values.List<ulong?>("--size", "LIST", "Bytes to map (default: 1G aligned, off by 2M and off by 4K; and the whole BAR aligned).", Values.ReadSomePages);
    private readonly Option<ulong?> _offset = Values.One<ulong?>("--offset", "SIZE", "First byte of the BAR to map (default: where it may first be mmapped).", Values.ReadPages);
    private readonly Option<int?> _region = Values.One<int?>("--bar", "N", "Which BAR, 0 to 5 (default: the largest).", ReadRegion);
    private readonly Option<Skew?[]> _vaSkew = Values.List<Skew?>("--va-skew", "LIST", $"Where the mmap is off: virtual minus physical address modulo 1G; '{CaseSpec.Natural}': wherever mmap puts it (default 0).", ReadSkew);
    private readonly Option<ulong?> _iovaSkew = Values.One<ulong?>("--iova-skew", "SIZE", "Where the device address is off: modulo 1G against the physical address (default 0).", Values.ReadPages);
    private readonly Option<MeasuredMemory?[]> _ram = Values.List<MeasuredMemory?>("--ram", "LIST", "Measure ordinary memory and no BAR: 4K, thp, 2M, 1G, with commas.", ReadRam);
    private readonly Option<CaseSpec?[]> _cases = Values.List<CaseSpec?>("--case", "LIST", "Parts of the BAR with their own skews, as SIZE[@OFFSET][:VASKEW[:IOVASKEW]], such as 1G@4K:2M.", CaseSpec.Read);
    private readonly Option<string?> _backend = Values.Word("--backend", "VFIO's own container, or iommufd (default type1).", Type1, Iommufd);
    private readonly Option<int?> _repeat = Values.One<int?>("--repeat", "N", $"Measure N times, each with a fresh mmap; times are medians (default {DefaultRepeat}).", MapVerb.ReadRepeat);

    /// <summary>The device.</summary>
    public Argument<string?> Device { get; } = new("BDF") { Arity = ArgumentArity.ZeroOrOne, Description = "The device, such as 0000:3b:00.0 (default: the only one that vfio-pci has)." };

    /// <summary>Where the calibration goes.</summary>
    public Option<string?> Calibration { get; } = Values.One<string?>("--calibration", "FILE", "Write what was measured to FILE, for 'fast predict --calibration FILE'.", (string text, out string? value, out string? error) => OutputFile.ReadName(text, out value, out error));

    /// <summary>Whether the kernel's calls are counted.</summary>
    public Option<bool> Count { get; } = Values.Flag("--count", "Do each case once more and count the kernel's calls with kprobes (root).");

    /// <summary>Whether this library does the same.</summary>
    public Option<bool> FastPath { get; } = Values.Flag("--fast-path", "Beside each BAR, what this library takes for the same table work on this machine.");

    /// <summary>Whether frames are listed.</summary>
    public Option<bool> Frames { get; } = Values.Flag("--frames", "List the frames behind ordinary memory in the JSON document (root).");

    /// <summary>Whether the last mapping is held.</summary>
    public Option<bool> Hold { get; } = Values.Flag("--hold", "Keep the last mapping until a line comes on standard input.");

    /// <summary>Whether decode is switched off first.</summary>
    public Option<bool> DecodeOff { get; } = Values.Flag("--decode-off", "Switch the device's memory decode off first: the kernel must refuse to map its BARs.");

    /// <summary>Whether to print JSON.</summary>
    public Option<bool> Json { get; } = Values.Flag("--json", $"Print one JSON document ({MeasureDocument.SchemaId}).");

    /// <summary>Whether to print no progress.</summary>
    public Option<bool> Quiet { get; } = Values.Flag("--quiet", "No progress on standard error.");

    /// <summary>All options, as the help page lists them.</summary>
    public IEnumerable<Option> All => [_size, _offset, _region, _vaSkew, _iovaSkew, _cases, _ram, _backend, _repeat, Calibration, Count, FastPath, Frames, Hold, DecodeOff, Json, Quiet];

    /// <summary>How often each case is measured.</summary>
    public int Rounds(ParseResult parse) => parse.GetValue(_repeat) ?? DefaultRepeat;

    /// <summary>Whether iommufd maps.</summary>
    public bool UsesIommufd(ParseResult parse) => parse.GetValue(_backend) == Iommufd;

    /// <summary>What cannot be together.</summary>
    /// <exception cref="InputException">Something is.</exception>
    public void Check(ParseResult parse)
    {
        foreach (Option option in (Option[])[_offset, _region, _vaSkew, _cases, DecodeOff, FastPath])
        {
            if (IsGiven(parse, _ram) && IsGiven(parse, option)) throw new InputException($"measure: ordinary memory has no BAR; leave {option.Name} out, or --ram");
        }

        foreach (Option option in (Option[])[_size, _offset, _vaSkew, _iovaSkew])
        {
            if (IsGiven(parse, _cases) && IsGiven(parse, option)) throw new InputException($"measure: --case says size, offset and skews; leave {option.Name} out");
        }
    }

    /// <summary>The cases, once it is known which BARs there are.</summary>
    /// <exception cref="InputException">There is none that can be mmapped.</exception>
    public ImmutableArray<MeasureCase> Cases(ParseResult parse, SysfsPciDevice device, Func<int, VfioRegion> region)
    {
        ulong?[] sizes = parse.GetValue(_size) is { Length: > 0 } given ? given : [];
        var iovaSkew = parse.GetValue(_iovaSkew) ?? 0;
        if (parse.GetValue(_ram) is { Length: > 0 } kinds)
            return [.. from kind in kinds from size in sizes.DefaultIfEmpty(QuickBytes) select new MeasureCase { Memory = kind!.Value, Bytes = size!.Value, IovaSkew = iovaSkew }];

        var bar = parse.GetValue(_region) ?? Largest(device, region);
        var first = region(bar).Areas.FirstOrDefault();
        if (first.Bytes == 0) throw new InputException($"measure: BAR {bar} of {device.Address} cannot be mmapped; --bar chooses another");
        var offset = parse.GetValue(_offset) ?? first.Offset;
        var area = region(bar).Areas.FirstOrDefault(each => each.Offset <= offset && offset - each.Offset < each.Bytes);
        if (area.Bytes == 0) throw new InputException($"measure: BAR {bar} cannot be mmapped at {BinarySize.Format(offset)}; it begins at {BinarySize.Format(first.Offset)} and is {BinarySize.Format(region(bar).Bytes)} long");
        var whole = area.Bytes - (offset - area.Offset);
        if (parse.GetValue(_cases) is { Length: > 0 } cases)
        {
            return [.. cases.Select(spec => new MeasureCase { Region = bar, Bytes = spec!.Bytes, Offset = spec.Offset, VaSkew = spec.VaSkew, IovaSkew = spec.IovaSkew })];
        }

        Skew?[] skews = parse.GetValue(_vaSkew) is { Length: > 0 } some ? some : [];
        var plain = new MeasureCase { Region = bar, Offset = offset, Bytes = Math.Min(whole, QuickBytes), IovaSkew = iovaSkew };
        if (sizes.Length == 0 && skews.Length == 0)
        {
            var quick = new[] { plain, plain with { VaSkew = PageSize.Size2M.Bytes }, plain with { VaSkew = PageSize.Size4K.Bytes } };
            return whole > QuickBytes ? [.. quick, plain with { Bytes = whole }] : [.. quick];
        }

        return
        [
            .. from size in sizes.DefaultIfEmpty(plain.Bytes) from skew in skews.DefaultIfEmpty(new Skew(0))
               select plain with { Bytes = size!.Value, VaSkew = skew!.Value.Bytes },
        ];
    }

    private static bool IsGiven(ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false };

    private static int Largest(SysfsPciDevice device, Func<int, VfioRegion> region)
    {
        var largest = device.Regions.Where(each => each.Kind == SysfsRegionKind.Memory && !each.IsUnassigned && region(each.Index).IsMappable).MaxBy(each => each.Bytes);
        return largest?.Index ?? throw new InputException($"measure: no BAR of {device.Address} can be mmapped; measure ordinary memory with --ram 4K");
    }

    private static bool ReadRegion(string text, out int? region, out string? error)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= MostRegion;
        region = value;
        error = isNumber ? null : $"'{text}' is not the number of a BAR, 0 to {MostRegion}";
        return isNumber;
    }

    private static bool ReadSkew(string text, out Skew? skew, out string? error)
    {
        var isSkew = CaseSpec.ReadSkew(text, out var bytes, out error);
        skew = new Skew(bytes);
        return isSkew;
    }

    private static bool ReadRam(string text, out MeasuredMemory? memory, out string? error)
    {
        memory = MemoryWords.Find(text);
        error = memory is null ? $"'{text}' is not a kind of memory; accepted is {string.Join(", ", MemoryWords.Ram)}" : null;
        return error is null;
    }

    /// <summary>Where an mmap is to be; <see langword="null"/>: anywhere.</summary>
    private readonly record struct Skew(ulong? Bytes);
}
