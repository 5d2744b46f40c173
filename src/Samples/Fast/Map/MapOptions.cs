using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Map;

/// <summary>The options of <c>fast map</c>, and the cases that they ask for.</summary>
internal sealed class MapOptions
{
    private const ulong DefaultBytes = 32UL << 30;

    private readonly Option<ulong?> _size = Values.One<ulong?>("--size", "SIZE", "Bytes to map: a multiple of 4K (default: what --bar leaves after --offset, or 32G).", Values.ReadSomePages);
    private readonly Option<ulong?> _bar = Values.One<ulong?>("--bar", "SIZE", "Size of the BAR, a power of two (default: the next one that holds offset and size).", Values.ReadSomePages);
    private readonly Option<ulong?> _offset = Values.One<ulong?>("--offset", "SIZE", "First byte of the BAR to map (default 0).", Values.ReadPages);
    private readonly Option<KernelVersion?> _kernel = Values.One<KernelVersion?>("--kernel", "VERSION", $"The host's kernel, from {KernelProfiles.Oldest} to {KernelProfiles.Newest} (default {KernelProfiles.Newest}).", KernelValues.Read);
    private readonly Option<VfioPatches?> _patches = Values.One<VfioPatches?>("--patches", "LIST", "Patches of the huge pfnmap series on top of 6.12: none, all, or numbers from 1 to 5 such as 1,2,3 (5 needs 4 and 3, 3 needs 2).", ReadPatches);
    private readonly Option<string?> _path = Values.Word("--path", "How to map: as the kernel does, or this library's way (default kernel).", Words.All<MapPath>());
    private readonly Option<bool> _warm = Values.Flag("--warm", "Touch the BAR first, so that the map finds the CPU's table filled.");
    private readonly Option<ulong?> _vaSkew = Values.One<ulong?>("--va-skew", "SIZE", "Where the mmap is off: virtual minus physical address modulo 1G (default 0).", Values.ReadPages);
    private readonly Option<ulong?> _iovaSkew = Values.One<ulong?>("--iova-skew", "SIZE", "Where the guest's address is off: device minus physical address modulo 1G (default 0).", Values.ReadPages);
    private readonly Option<string?> _thp = Values.Word("--thp", "The host's transparent_hugepage/enabled (default always).", Words.All<ThpPolicy>());
    private readonly Option<IommuKind?> _iommu = IommuValues.Option();
    private readonly Option<RamKind?> _ram = Values.One<RamKind?>("--ram", "4K|thp|2M|1G", "Map ordinary memory instead of a BAR: single pages, transparent huge pages, hugetlb pages of 2M or 1G.", ReadRam);
    private readonly Option<int?> _holes = Values.One<int?>("--holes", "N", "Leave N holes, spread evenly, where nothing is mmapped (default 0).", Counted(0, BarConditions.MostHoles, "holes"));
    private readonly Option<ulong?> _breakEvery = Values.One<ulong?>("--break-every", "SIZE", "Let the frames jump at each multiple of SIZE (default: contiguous).", Values.ReadSomePages);
    private readonly Option<int?> _domains = Values.One<int?>("--domains", "N", "IOMMU domains that get the mapping (default 1).", Counted(1, BarConditions.MostDomains, "domains"));
    private readonly Option<ulong?> _memlock = Values.One<ulong?>("--memlock", "SIZE", "RLIMIT_MEMLOCK of the process (default: no limit). BARs are not charged.", Values.ReadPages);
    private readonly Option<string?> _fail = Values.One<string?>("--fail", "SCRIPT", "What goes wrong, as NAME:N with commas: page, fault, unlock, signal, lock, map, batch, dma, bitmap, region, table; gup:N=PAGES.", ReadFailures);
    private readonly Option<string?> _backend = Values.Word("--backend", "Who maps: VFIO's own container, or iommufd (default type1).", Words.All<MapBackend>());

    /// <summary>How often to run.</summary>
    public Option<int?> Repeat { get; } = Values.One<int?>("--repeat", "N", "Run N times; times are medians, with minimum and maximum (default 1).", MapVerb.ReadRepeat);

    /// <summary>What to run side by side.</summary>
    public Option<string?> Compare { get; } = MapColumns.Option();

    /// <summary>Where to write each step.</summary>
    public Option<string?> Trace { get; } = Values.One<string?>("--trace", "FILE", "Write one line per step of map and unmap to FILE.", (string text, out string? value, out string? error) => OutputFile.ReadName(text, out value, out error));

    /// <summary>Whether to print JSON.</summary>
    public Option<bool> Json { get; } = Values.Flag("--json", $"Print one JSON document ({MapDocument.SchemaId}).");

    /// <summary>Whether to print no progress.</summary>
    public Option<bool> Quiet { get; } = Values.Flag("--quiet", "No progress on standard error.");

    /// <summary>All options, as the help page lists them.</summary>
    public IEnumerable<Option> All => [_size, _bar, _offset, _kernel, _patches, _path, _warm, _vaSkew, _iovaSkew, _thp, _iommu, _ram, _holes, _breakEvery, _domains, _memlock, _fail, _backend, Trace, Repeat, Compare, Json, Quiet];

    /// <summary>The cases that somebody asks for: one, or those of a comparison, the fast path last.</summary>
    /// <exception cref="InputException">They cannot be.</exception>
    public ImmutableArray<BarCase> Cases(ParseResult parse)
    {
        var asked = Asked(parse);
        if (!Compares(parse))
        {
            if (parse.GetValue(Trace) is not null && parse.GetValue(Repeat) > 1) throw new InputException("map: --trace follows one run; leave --repeat out");
            return [Create(asked)];
        }

        foreach (Option option in (Option[])[_kernel, _patches, _path, Trace])
        {
            if (parse.GetResult(option) is { Implicit: false }) throw new InputException($"map: --compare runs every kernel and path; leave {option.Name} out");
        }

        return [.. MapColumns.Of(parse.GetValue(Compare)).Select(column => Create(asked with { Kernel = column.Kernel, Patches = column.Patches, Path = column.Path }))];
    }

    /// <summary>Whether several cases stand side by side.</summary>
    public bool Compares(ParseResult parse) => parse.GetResult(Compare) is { Implicit: false };

    private BarCaseOptions Asked(ParseResult parse)
    {
        var offset = parse.GetValue(_offset) ?? 0;
        var bar = parse.GetValue(_bar);
        var size = parse.GetValue(_size);
        if (size is null && bar <= offset) throw new InputException($"map: --offset {BinarySize.Format(offset)} lies behind a BAR of {BinarySize.Format(bar.Value)}; choose a smaller offset");
        return new BarCaseOptions
        {
            Bytes = size ?? bar - offset ?? DefaultBytes,
            BarBytes = bar,
            Offset = offset,
            Kernel = parse.GetValue(_kernel) ?? KernelProfiles.Newest,
            Patches = parse.GetValue(_patches) ?? VfioPatches.None,
            Path = Words.Parse<MapPath>(parse.GetValue(_path) ?? Words.Of(MapPath.Kernel)),
            Warm = parse.GetValue(_warm),
            VaSkew = parse.GetValue(_vaSkew) ?? 0,
            IovaSkew = parse.GetValue(_iovaSkew) ?? 0,
            Thp = Words.Parse<ThpPolicy>(parse.GetValue(_thp) ?? Words.Of(ThpPolicy.Always)),
            Iommu = parse.GetValue(_iommu) ?? IommuKinds.Vtd,
            Conditions = new BarConditions
            {
                Ram = parse.GetValue(_ram),
                Holes = parse.GetValue(_holes) ?? 0,
                BreakEvery = parse.GetValue(_breakEvery),
                Domains = parse.GetValue(_domains) ?? 1,
                MemlockBytes = parse.GetValue(_memlock),
                Failures = parse.GetValue(_fail),
                Backend = Words.Parse<MapBackend>(parse.GetValue(_backend) ?? Words.Of(MapBackend.Type1)),
            },
        };
    }

    private static BarCase Create(BarCaseOptions asked) =>
        BarCase.TryCreate(asked, out var barCase, out var error) ? barCase! : throw new InputException($"map: {error}");

    private static bool ReadPatches(string text, out VfioPatches? patches, out string? error)
    {
        var isSet = VfioPatchSet.TryParse(text, out var value, out error);
        patches = value;
        return isSet;
    }

    private static bool ReadRam(string text, out RamKind? kind, out string? error)
    {
        kind = RamWords.Find(text);
        error = kind is null ? $"'{text}' is not a kind of memory; accepted is {string.Join(", ", RamWords.All)}" : null;
        return error is null;
    }

    private static bool ReadFailures(string text, out string? script, out string? error)
    {
        script = text;
        return FailureScript.TryParse(text, out _, out error);
    }

    private static Values.Reader<int?> Counted(int least, int most, string what) => (string text, out int? count, out string? error) =>
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most;
        count = value;
        error = isNumber ? null : $"'{text}' is not a number of {what} from {least} to {most}";
        return isNumber;
    };
}
