using System.CommandLine;
using System.Globalization;
using Fast.Host;
using Fast.Machines;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Check;

/// <summary>The options of <c>fast check</c>.</summary>
internal sealed class CheckOptions
{
    private const int DefaultAreas = 20;
    private const int MostAreas = 1_000_000;

    /// <summary>The process.</summary>
    public Argument<int?> Process { get; } = new("PID")
    {
        Description = "A process: usually a VM's (pgrep -a qemu). Without it, the machine alone.",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0) return id;
            result.AddError($"PID: '{text}' is not the number of a process; 'pgrep -a qemu' lists virtual machines");
            return null;
        },
    };

    /// <summary>Another machine's files.</summary>
    public Option<string?> Tree { get; } = Values.One<string>("--tree", "FOLDER", "Read a copied tree with 'proc' and 'sys' in it instead of this machine.", ReadFolder);

    /// <summary>The limit.</summary>
    public Option<string?> FailOn { get; } = Values.Word("--fail-on", "Exit with 2 when there is a finding of this severity or above.", Words.All<Severity>());

    /// <summary>Areas to list.</summary>
    public Option<int?> Areas { get; } = Values.One<int?>("--areas", "N", $"List the N largest areas of the process, and all of VFIO (default {DefaultAreas}).", Values.Between(0, MostAreas));

    /// <summary>Whether to run the self-test.</summary>
    public Option<bool> SelfTest { get; } = Values.Flag("--self-test", "Allocate and lock memory of several kinds and read its frames back: the engine's runs over real page frame numbers.");

    /// <summary>Whether it takes <c>hugetlb</c> pages.</summary>
    public Option<bool> Hugetlb { get; } = Values.Flag("--hugetlb", "With --self-test: also 2 MiB and 1 GiB pages of hugetlb; pools that are too small grow for a moment.");

    /// <summary>Whether to print JSON.</summary>
    public Option<bool> Json { get; } = Values.Flag("--json", $"Print one JSON document ({CheckDocument.SchemaId}).");

    /// <summary>Whether to print no progress.</summary>
    public Option<bool> Quiet { get; } = Values.Flag("--quiet", "No progress on standard error.");

    /// <summary>All options, as the help page lists them.</summary>
    public IEnumerable<Option> All => [Tree, FailOn, Areas, SelfTest, Hugetlb, Json, Quiet];

    /// <summary>The tree to read.</summary>
    /// <exception cref="InputException">There is no such folder, or what is asked for cannot be had of a copy.</exception>
    public HostTree ReadTree(ParseResult parse)
    {
        var selfTest = parse.GetValue(SelfTest);
        if (parse.GetValue(Hugetlb) && !selfTest) throw new InputException("check: --hugetlb says what --self-test allocates; give both");
        if (parse.GetValue(Tree) is not { } path) return new HostTree();
        if (selfTest) throw new InputException("check: --self-test runs on this machine, not on the copied tree of another; leave --tree out");
        return Directory.Exists(path) ? new HostTree(Path.GetFullPath(path)) : throw new InputException($"check: --tree: there is no folder '{path}'; copy 'proc' and 'sys' of the machine into one");
    }

    /// <summary>Areas to list.</summary>
    public int AreasOf(ParseResult parse) => parse.GetValue(Areas) ?? DefaultAreas;

    private static bool ReadFolder(string text, out string value, out string? error)
    {
        value = text;
        error = text.Length == 0 ? "the name is empty; name a folder" : null;
        return error is null;
    }
}
