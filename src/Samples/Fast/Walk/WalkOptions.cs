using System.CommandLine;
using System.Globalization;
using Fast.Host;
using Fast.PageTables;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Walk;

/// <summary>The options of <c>fast walk</c>.</summary>
internal sealed class WalkOptions
{
    /// <summary>Format of tables about which nobody says anything.</summary>
    public const string DefaultFormat = "x86-64-4l";

    /// <summary>Enough for 8 TiB mapped by 4 KiB pages.</summary>
    public const ulong DefaultBudget = 4 << 20;

    private const int DefaultAreas = 100;
    private const int MostListed = 1_000_000;

    /// <summary>The image.</summary>
    public Argument<string> Image { get; } = new("IMAGE") { Description = "Physical memory in a file: raw, or an ELF core of QEMU's dump-guest-memory." };

    /// <summary>The root.</summary>
    public Option<ulong?> Root { get; } = Values.One<ulong?>("--root", "CR3", "The register that points to the tables, hexadecimal (default: CR3 of --cpu, where the image has it).", ReadHex);

    /// <summary>The processor.</summary>
    public Option<int?> Cpu { get; } = Values.One<int?>("--cpu", "N", "Take CR3 of this processor of the image (default 0).", Values.Between(0, 1 << 16));

    /// <summary>Base of a raw image.</summary>
    public Option<ulong?> Base { get; } = Values.One<ulong?>("--base", "ADDRESS", "Physical address of the first byte of a raw image, hexadecimal (default 0).", ReadHex);

    /// <summary>The format.</summary>
    public Option<ImageWalker?> Format { get; } = Values.One<ImageWalker?>("--format", "ID", $"Format of the tables (default: what the processor walks, else {DefaultFormat}); 'fast formats' lists them.", ReadFormat);

    /// <summary>The range.</summary>
    public Option<IovaRange?> Va { get; } = Values.One<IovaRange?>("--va", "RANGE", "Input addresses, as START-END (END exclusive, as in /proc/PID/maps) or START+SIZE, hexadecimal (default: all).", AddressRange.Read);

    /// <summary>Areas to list.</summary>
    public Option<int?> Areas { get; } = Values.One<int?>("--areas", "N", $"List at most N areas (default {DefaultAreas}).", Values.Between(0, MostListed));

    /// <summary>Runs to list.</summary>
    public Option<int?> Runs { get; } = Values.One<int?>("--runs", "N", "List the first N runs (default 0).", Values.Between(0, MostListed));

    /// <summary>The budget.</summary>
    public Option<ulong?> Budget { get; } = Values.One<ulong?>("--budget", "N", $"Read at most N tables (default {DefaultBudget}); tables that point to themselves end there.", ReadBudget);

    /// <summary>Whether to validate.</summary>
    public Option<bool> Validate { get; } = Values.Flag("--validate", "Also check every entry for bits that hardware refuses.");

    /// <summary>Whether to print JSON.</summary>
    public Option<bool> Json { get; } = Values.Flag("--json", $"Print one JSON document ({WalkDocument.SchemaId}).");

    /// <summary>Whether to print no progress.</summary>
    public Option<bool> Quiet { get; } = Values.Flag("--quiet", "No progress on standard error.");

    /// <summary>All options, as the help page lists them.</summary>
    public IEnumerable<Option> All => [Root, Cpu, Base, Format, Va, Areas, Runs, Budget, Validate, Json, Quiet];

    /// <summary>Areas to list.</summary>
    public int MostAreas(ParseResult parse) => parse.GetValue(Areas) ?? DefaultAreas;

    private static bool ReadHex(string text, out ulong? value, out string? error)
    {
        var isNumber = AddressRange.TryParseHex(text, out var number);
        value = number;
        error = isNumber ? null : $"'{text}' is not a hexadecimal number of up to 64 bits; write for example 0x1234000";
        return isNumber;
    }

    private static bool ReadFormat(string text, out ImageWalker? walker, out string? error)
    {
        walker = ImageWalkers.Find(text);
        var ids = ImageWalkers.All.Select(known => known.Facts.Name);
        error = walker is null ? $"there is no format '{text}'{NearestWord.Hint(text, ids)}; known are {string.Join(", ", ids)}" : null;
        return error is null;
    }

    private static bool ReadBudget(string text, out ulong? value, out string? error)
    {
        var isNumber = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != 0;
        value = number;
        error = isNumber ? null : $"'{text}' is not a number of tables; write for example {DefaultBudget}";
        return isNumber;
    }
}
