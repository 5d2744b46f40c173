using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>One BAR, mapped and unmapped on several kernels at several alignments, each cold and warm. Schema of the file: docs/schema/fast.scenario-1.bar.schema.json.</summary>
public sealed record BarTableScenario
{
    /// <summary>What the field <c>machine</c> of a file says.</summary>
    public const string Machine = "bar";

    private const int MostRows = 200;
    private const ulong PageBytes = 4096;

    /// <summary>What it shows, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>Where its figures come from.</summary>
    public required string Source { get; init; }

    /// <summary>The cases, kernel by kernel, alignment by alignment, cold before warm.</summary>
    public required ImmutableArray<BarCase> Cases { get; init; }

    /// <summary>Reads a file and checks it; unknown, missing and nonsensical fields are errors.</summary>
    /// <param name="utf8">Content of the file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, string source, out BarTableScenario? scenario, out string? error) =>
        ScenarioFile.TryRead(utf8, source, Read, out scenario, out error);

    /// <summary>Executes all.</summary>
    public ImmutableArray<BarOutcome> Run(BarCaseCache cases, IProgress<BarProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(cases);
        return [.. Cases.Select(each => cases.Run(each, progress, cancellation))];
    }

    private static BarTableScenario Read(JsonPart root)
    {
        var head = ScenarioHead.Read(root, Machine);
        var size = root.Take("size");
        var bytes = size.Size();
        var (kernels, skews) = (root.Take("hostKernels"), root.Take("vaSkews"));
        var cases = ImmutableArray.CreateBuilder<BarCase>();
        foreach (var kernel in kernels.Items())
        {
            foreach (var skew in skews.Items()) cases.AddRange(CasesOf(bytes, size, kernel, skew));
        }

        root.Done();
        if (cases.Count > MostRows) throw kernels.Fault($"{cases.Count} rows; the most is {MostRows}");
        return new BarTableScenario { Title = head.Title, Source = head.Source, Cases = cases.ToImmutable() };
    }

    private static IEnumerable<BarCase> CasesOf(ulong bytes, JsonPart size, JsonPart kernel, JsonPart skew)
    {
        var version = KnowledgeReader.ReadVersion(kernel);
        if (!KernelProfiles.TryResolve(version, out _, out var error)) throw kernel.Fault(error!);
        var vaSkew = skew.Text() == "0" ? 0 : skew.Size();
        if (vaSkew % PageBytes != 0) throw skew.Fault($"'{skew.Text()}' is not a multiple of 4K");
        foreach (var isWarm in (bool[])[false, true])
        {
            if (!BarCase.TryCreate(new BarCaseOptions { Bytes = bytes, Kernel = version, Warm = isWarm, VaSkew = vaSkew }, out var barCase, out error)) throw size.Fault(error!);
            yield return barCase!;
        }
    }
}
