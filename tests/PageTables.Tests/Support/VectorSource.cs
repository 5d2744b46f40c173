using System.Collections.Immutable;
using System.Globalization;

namespace Fast.PageTables.Tests;

/// <summary>A file of single-entry vectors: which formats it speaks of, and which implementation its rows mean when they say nothing.</summary>
/// <param name="File">The file.</param>
/// <param name="Usual">The implementation.</param>
/// <param name="Formats">The formats; a row is held against each of them that has its level.</param>
internal sealed record VectorSource(string File, FormatLimits Usual, params string[] Formats)
{
    private const string NotBuilt = "a format that is not declared";

    public static ImmutableArray<VectorSource> All { get; } =
    [
        new("x86-64", new FormatLimits(46, []), "x86-64-4l", "x86-64-5l"),
        new("x86-64-added", new FormatLimits(46, []), "x86-64-4l", "x86-64-5l"),
        new("x86-pae", new FormatLimits(36, []), "x86-pae"),
        new("x86-32", new FormatLimits(36, []), "x86-32"),
        new("ept", new FormatLimits(46, []), "ept-4l", "ept-5l"),
        new("npt", new FormatLimits(48, []), "npt-4l"),
        new("vtd-ss", new FormatLimits(46, ["dt"]), "vtd-ss-3l", "vtd-ss-4l", "vtd-ss-5l"),
        new("vtd-ss-added", new FormatLimits(46, ["dt"]), "vtd-ss-3l", "vtd-ss-4l", "vtd-ss-5l"),
        new("vtd-fs", new FormatLimits(46, []), "vtd-fs-4l", "vtd-fs-5l"),
        new("amd-v1", new FormatLimits(52, []), "amd-v1"),
        new("amd-v1-added", new FormatLimits(52, []), "amd-v1"),
        new("arm-s1", new FormatLimits(52, ["ha", "hd"]), "armv8-s1-4k"),
        new("arm-s2", new FormatLimits(48, ["ha", "hd"]), "armv8-s2-4k", "armv8-s2-4k-40", "armv8-s2-4k-42"),
        new("arm-relatives", new FormatLimits(52, [])),
        new("riscv", new FormatLimits(56, ["rsw", "adue"]), "riscv-sv39", "riscv-sv48", "riscv-sv57"),
    ];

    /// <summary>Why a row is held against no format, or <see langword="null"/>.</summary>
    public string? NotRun(VectorRow row)
    {
        if (Formats.Length == 0) return NotBuilt;
        if ((File, row[0]) == ("x86-32", "2")) return "output addresses beyond 32 bits, which the declaration does not have";
        return row.Settings.Keys.Select(key => key switch
        {
            "linux" => "decodes as Linux does, not as the hardware",
            "mbec" => "mode-based execute control, a mode that no declaration has",
            "c" => "a mask that is known at run time only",
            _ => null,
        }).FirstOrDefault(reason => reason != null);
    }

    /// <summary>The formats that a row speaks of, whatever their levels.</summary>
    public IReadOnlyList<string> Targets(VectorRow row)
    {
        if (File != "arm-s1") return Formats;
        var settings = row.Settings;
        var granule = settings.GetValueOrDefault("gs") switch { "14" => "16k", "16" => "64k", _ => "4k" };
        return [$"armv8-s1-{granule}{(settings.ContainsKey("ds") ? "-lpa2" : settings.ContainsKey("lpa") ? "-lpa" : "")}"];
    }

    /// <summary>The implementation that a row is about: the usual one, and what its note changes.</summary>
    public FormatLimits Limits(VectorRow row)
    {
        var limits = Usual;
        foreach (var (key, value) in row.Settings)
        {
            limits = (key, value) switch
            {
                ("gs" or "ds" or "lpa", _) => limits,
                ("M", _) => limits with { PhysicalBits = int.Parse(value, CultureInfo.InvariantCulture) },
                (_, "0") => limits with { AbsentFeatures = limits.AbsentFeatures.Add(key) },
                (_, "1") => limits with { AbsentFeatures = limits.AbsentFeatures.Remove(key) },
                _ => throw new FormatException($"{row}: unknown setting {key}={value}"),
            };
        }

        return limits;
    }
}
