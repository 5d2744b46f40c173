using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>A Xen machine and strategies to be compared on it. Schema of the file: docs/schema/fast.scenario-1.xen.schema.json.</summary>
public sealed record XenScenario
{
    /// <summary>The word of such files.</summary>
    public const string Machine = "xen";

    /// <summary>What it shows, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>Where its settings come from.</summary>
    public required string Source { get; init; }

    /// <summary>What is run.</summary>
    public ImmutableArray<XenScenarioRun> Runs { get; init; } = [];

    /// <summary>Rates of migration at which every run is repeated; empty: at its own only.</summary>
    public ImmutableArray<double> Rates { get; init; } = [];

    /// <summary>BARs that are mapped whole.</summary>
    public ImmutableArray<BarMapRun> BarMaps { get; init; } = [];

    /// <summary>Reads a file and checks it; unknown, missing and nonsensical fields are errors.</summary>
    /// <param name="utf8">Content of the file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, string source, out XenScenario? scenario, out string? error) =>
        ScenarioFile.TryRead(utf8, source, XenScenarioReader.Read, out scenario, out error);
}

/// <summary>One strategy on one machine.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="Strategy">The strategy.</param>
/// <param name="Settings">The machine.</param>
public sealed record XenScenarioRun(string Name, Strategy Strategy, XenSettings Settings);

/// <summary>A BAR that is mapped whole into a guest.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Largest">Largest leaf that Xen would make for device memory.</param>
public sealed record BarMapRun(string Name, ulong Bytes, PageSize Largest);
