using System.Collections.Immutable;
using Fast.Machines;
using FsCheck;
using FsCheck.Fluent;
using static Fast.Tests.RebalanceRig;

namespace Fast.Tests;

/// <summary>One step of a script: add a device of a type, remove the so-and-so-many-th of those that are there, or boot.</summary>
internal sealed record RebalanceMove(OperationKind Kind, int Number)
{
    private static readonly string[] Types = ["small", "pair", "large", "huge"];

    public string Type => Types[Number % Types.Length];

    public override string ToString() => Kind switch { OperationKind.Add => "add " + Type, OperationKind.Remove => $"remove #{Number}", _ => "boot" };
}

/// <summary>A machine, a strategy and what happens: all of it stands in it, so that a failing script can be read.</summary>
internal sealed record RebalanceScript(WindowPorts Ports, bool IsHyperV, PlacementPolicy Policy, ImmutableArray<Reaction> Reactions, ImmutableArray<RebalanceMove> Moves)
{
    private static readonly DeviceType[] Types =
    [
        Type("fixed", M) with { Immovable = "the guest boots from it" },
        Type("small", M) with { Peers = ["large"] },
        Type("pair", M, 2 * M),
        Type("large", 4 * M) with { Peers = ["large", "huge"], QuiesceSeconds = 1 },
        Type("huge", 8 * M, M) with { Resizable = [2 * M, 4 * M, 8 * M], LeastPart = 4 * M },
    ];

    /// <summary>The machine: a fixed device in the way, so that not everything can be put together.</summary>
    public RebalanceScenario Machine => RebalanceRig.Machine(32 * M, Ports, Types, Add("large-1", "large"), Add("large-2", "large"), Add("fixed-1", "fixed"), Add("small-1", "small"));

    public RebalanceStrategy Strategy => With(Policy, [.. Reactions]);

    /// <summary>The script as a history: what cannot be done at its time is left out.</summary>
    public ImmutableArray<HistoryEvent> History()
    {
        var present = new List<string> { "large-1", "large-2", "small-1" };
        var born = 0;
        var operations = new List<Operation>();
        foreach (var move in Moves)
        {
            switch (move.Kind)
            {
                case OperationKind.Add when present.Count < 9:
                    operations.Add(Add($"{move.Type}+{++born}", move.Type));
                    present.Add(operations[^1].Device);
                    break;
                case OperationKind.Remove when present.Count > 0:
                    operations.Add(RebalanceRig.Remove(present[move.Number % present.Count]));
                    present.RemoveAt(move.Number % present.Count);
                    break;
                case OperationKind.Boot:
                    operations.Add(new Operation(OperationKind.Boot));
                    break;
            }
        }

        return RebalanceRig.History([.. operations]);
    }

    public PrepopulateBars? Prepopulate => IsHyperV ? PrepopulateBars.SetsMemory : null;

    public RebalanceOutcome Run(MachineParts? parts = null) => RebalanceExecution.Run(Machine, Strategy, History(), Guest, Prepopulate, parts: parts);

    public override string ToString() => $"{(IsHyperV ? "Hyper-V" : "KVM")}, ports {Ports}, {string.Join(", ", Reactions.Select(RebalanceStrategy.WordOf).Prepend(RebalanceStrategy.WordOf(Policy)))}: {string.Join("; ", Moves)}";

    /// <summary>Scripts on both kinds of guests, on every kind of ports, with any policy and up to three reactions.</summary>
    public static Arbitrary<RebalanceScript> All { get; } = Arb.From(
        from guest in Gen.Elements((WindowPorts.None, true), (WindowPorts.None, false), (WindowPorts.Shared, false), (WindowPorts.Each, false))
        from policy in Gen.Elements(Enum.GetValues<PlacementPolicy>())
        from count in Gen.Choose(0, 3)
        from reactions in Gen.Shuffle(Enum.GetValues<Reaction>())
        from moves in Move().ArrayOf(24)
        select new RebalanceScript(guest.Item1, guest.Item2, policy, [.. reactions[..count].OrderBy(reaction => reaction == Reaction.AtBoot)], [.. moves]),
        Shorter);

    private static Gen<RebalanceMove> Move() =>
        from kind in Gen.Frequency((6, Gen.Constant(OperationKind.Add)), (4, Gen.Constant(OperationKind.Remove)), (1, Gen.Constant(OperationKind.Boot)))
        from number in Gen.Choose(0, 11)
        select new RebalanceMove(kind, number);

    private static IEnumerable<RebalanceScript> Shorter(RebalanceScript script)
    {
        for (var drop = script.Moves.Length / 2; drop > 0; drop /= 2)
            for (var at = 0; at + drop <= script.Moves.Length; at += drop) yield return script with { Moves = script.Moves.RemoveRange(at, drop) };
        for (var at = 0; at < script.Reactions.Length; at++) yield return script with { Reactions = script.Reactions.RemoveAt(at) };
        if (script.IsHyperV) yield return script with { IsHyperV = false };
        if (script.Ports != WindowPorts.None) yield return script with { Ports = WindowPorts.None };
        for (var at = 0; at < script.Moves.Length; at++)
            if (script.Moves[at].Number > 0) yield return script with { Moves = script.Moves.SetItem(at, script.Moves[at] with { Number = script.Moves[at].Number / 2 }) };
    }
}
