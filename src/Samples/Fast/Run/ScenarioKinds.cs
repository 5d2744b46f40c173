using System.Collections.Immutable;
using System.CommandLine;
using Fast.Machines;
using Fast.Tool.CommandLine;
using Fast.Tool.Run.BarTables;
using Fast.Tool.Run.Boots;
using Fast.Tool.Run.Rebalance;
using Fast.Tool.Run.Xen;

namespace Fast.Tool.Run;

/// <summary>All kinds of scenarios, in the order of <c>--list</c>.</summary>
/// <param name="options">The shared options.</param>
internal sealed class ScenarioKinds(RunOptions options)
{
    /// <summary>The kinds.</summary>
    public ImmutableArray<IScenarioKind> All { get; } =
    [
        new BootsKind(options),
        new BarTableKind(),
        new RebalanceKind(options),
        new XenKind(options),
    ];

    /// <summary>Options that not every kind understands.</summary>
    public IEnumerable<Option> Options => All.SelectMany(kind => kind.Options).Distinct();

    /// <summary>The kind of a file, or <see langword="null"/> and why there is none.</summary>
    public IScenarioKind? KindOf(ReadOnlySpan<byte> utf8, string source, out string? error)
    {
        if (ScenarioHead.TryRead(utf8, source, out var head, out error, [.. Machines])) return KindOf(head!.Machine);
        // With any machine allowed, what it says is the word that nobody knows.
        if (ScenarioHead.TryRead(utf8, source, out head, out _)) error += NearestWord.Hint(head!.Machine, Machines);
        return null;
    }

    /// <summary>The kind of a known machine.</summary>
    public IScenarioKind KindOf(string machine) => All.Single(kind => kind.Machines.Contains(machine));

    /// <summary>The known machines.</summary>
    public IEnumerable<string> Machines => All.SelectMany(kind => kind.Machines);

    /// <summary>Refuses options that another kind understands.</summary>
    /// <exception cref="InputException">One was given.</exception>
    public void Refuse(ParseResult parse, IScenarioKind kind, string name)
    {
        foreach (var option in Options.Where(option => !kind.Options.Contains(option) && RunOptions.IsGiven(parse, option)))
        {
            var others = string.Join(", ", All.Where(other => other.Options.Contains(option)).SelectMany(other => other.Machines));
            throw new InputException($"run: {option.Name} is for scenarios of {others}, and '{name}' is one of {string.Join(", ", kind.Machines)}; leave {option.Name} out");
        }
    }
}
