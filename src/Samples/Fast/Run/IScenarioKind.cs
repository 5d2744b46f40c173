using System.Collections.Immutable;
using System.CommandLine;

namespace Fast.Tool.Run;

/// <summary>One kind of scenario: the machines that its files describe, and how such a file is read. <see cref="ScenarioKinds"/> lists them all.</summary>
internal interface IScenarioKind
{
    /// <summary>What its scenarios are about: the heading in <c>--list</c>.</summary>
    string Heading { get; }

    /// <summary>The words that the field <c>machine</c> of its files may have.</summary>
    ImmutableArray<string> Machines { get; }

    /// <summary>Options that it understands beside those of every run: shared ones of <see cref="RunOptions"/>, or its own. The others are refused.</summary>
    ImmutableArray<Option> Options { get; }

    /// <summary>Reads a file whose machine is one of <see cref="Machines"/>.</summary>
    /// <param name="utf8">Content of the file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="scenario">What can be run.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    bool TryRead(ReadOnlySpan<byte> utf8, string source, out IReadScenario? scenario, out string? error);
}

/// <summary>A scenario that was read and can be run.</summary>
internal interface IReadScenario
{
    /// <summary>Runs it.</summary>
    /// <param name="parse">Where its kind's options have their values.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Looked at often.</param>
    IFinishedScenario Run(ParseResult parse, ProgressLine progress, CancellationToken cancellation);
}

/// <summary>What came of a scenario, ready to be shown.</summary>
internal interface IFinishedScenario
{
    /// <summary>Writes the files that options ask for.</summary>
    void WriteFiles(ParseResult parse);

    /// <summary>Prints the one document.</summary>
    /// <param name="name">How the scenario was named on the command line.</param>
    /// <param name="output">Where to.</param>
    void PrintJson(string name, TextWriter output);

    /// <summary>Draws it for people.</summary>
    /// <param name="name">How the scenario was named on the command line.</param>
    /// <param name="page">Where to.</param>
    void Draw(string name, Page page);
}
