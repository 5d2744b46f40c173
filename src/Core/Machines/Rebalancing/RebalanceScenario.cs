using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>
/// A machine whose devices come and go while it runs, ways to place their BARs, and what happens to it. Schema of the file: docs/schema/fast.scenario-1.rebalance.schema.json.
/// </summary>
public sealed record RebalanceScenario
{
    /// <summary>What the field <c>machine</c> of a file says.</summary>
    public const string Machine = "rebalance";

    /// <summary>What it shows, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>Where its figures and settings come from.</summary>
    public required string Source { get; init; }

    /// <summary>Where BARs may lie.</summary>
    public ImmutableArray<WindowPlan> Windows { get; init; } = [];

    /// <summary>Kinds of devices.</summary>
    public ImmutableArray<DeviceType> Types { get; init; } = [];

    /// <summary>What is there at the first boot.</summary>
    public ImmutableArray<Operation> Devices { get; init; } = [];

    /// <summary>Ways to place BARs, to be compared.</summary>
    public ImmutableArray<RebalanceStrategy> Strategies { get; init; } = [];

    /// <summary>Hosts that the same history is priced for.</summary>
    public ImmutableArray<RebalanceHost> Hosts { get; init; } = [];

    /// <summary>The one history; empty when they are random.</summary>
    public ImmutableArray<HistoryEvent> History { get; init; } = [];

    /// <summary>How histories are drawn, or <see langword="null"/>.</summary>
    public RandomHistories? Random { get; init; }

    /// <summary>Which release of a guest's kernel does what.</summary>
    public Knowledge Knowledge { get; init; } = Knowledge.Default;

    /// <summary>Reads a file and checks it; unknown, missing and nonsensical fields are errors.</summary>
    /// <param name="utf8">Content of the file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    /// <param name="knowledge">Which release does what; the built-in knowledge when <see langword="null"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, string source, out RebalanceScenario? scenario, out string? error, Knowledge? knowledge = null) =>
        ScenarioFile.TryRead(utf8, source, root => RebalanceReader.Read(root, knowledge ?? Knowledge.Default), out scenario, out error);
}

/// <summary>How devices hang on a window.</summary>
public enum WindowPorts
{
    /// <summary>On the root bus: the window is the host bridge's.</summary>
    None,

    /// <summary>Behind one port, whose window it is: a dock, a switch.</summary>
    Shared,

    /// <summary>Each behind a port of its own, whose window is cut out of it.</summary>
    Each,
}

/// <summary>A stretch of address space that BARs of some devices may lie in.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="Range">Where it is.</param>
/// <param name="Ports">How devices hang on it.</param>
/// <param name="Slots">Most devices.</param>
public sealed record WindowPlan(string Name, BusRange Range, WindowPorts Ports, int Slots);

/// <summary>A kind of device; its BARs have 64 bits and are prefetchable.</summary>
public sealed record DeviceType
{
    /// <summary>How it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Sizes of its BARs.</summary>
    public required ImmutableArray<ulong> Bars { get; init; }

    /// <summary>Sizes that its largest BAR can be given (Resizable BAR); empty when it cannot.</summary>
    public ImmutableArray<ulong> Resizable { get; init; } = [];

    /// <summary>The smallest part of its largest BAR that it works with, or <see langword="null"/> when it needs all.</summary>
    public ulong? LeastPart { get; init; }

    /// <summary>Why it must stay where the firmware put it (a boot device, one that SMI code uses), or <see langword="null"/>.</summary>
    public string? Immovable { get; init; }

    /// <summary>Seconds that its driver takes to stop the device before a move.</summary>
    public double QuiesceSeconds { get; init; }

    /// <summary>Seconds that its driver takes to start the device again.</summary>
    public double RestartSeconds { get; init; }

    /// <summary>Types whose largest BAR it reaches by DMA (peer to peer).</summary>
    public ImmutableArray<string> Peers { get; init; } = [];

    /// <summary>A function as its maker built it.</summary>
    internal PciFunction Build(string name, bool ignoresBarWritesWhileDecoding)
    {
        var bars = Bars.Select((bytes, number) => BarDeclaration.Memory64(2 * number, bytes)).ToArray();
        if (Resizable.IsEmpty) return new PciFunction(name, bars) { ClassCode = Class, IgnoresBarWritesWhileDecoding = ignoresBarWritesWhileDecoding };
        var sizes = Resizable.Aggregate(0u, (mask, bytes) => mask | 16u << System.Numerics.BitOperations.Log2(bytes >> 20));
        return new PciFunction(name, bars)
        {
            ClassCode = Class,
            IgnoresBarWritesWhileDecoding = ignoresBarWritesWhileDecoding,
            ResizableBars = [new ResizableBar(2 * Bars.IndexOf(Bars.Max()), sizes)],
        };
    }

    private const int Class = 0x0302;
}

/// <summary>What is tried when a request does not fit, one after the other in the order of a strategy.</summary>
public enum Reaction
{
    /// <summary>Behind a port of its own, the device gets a window that lets only the first part of its largest BAR through.</summary>
    PartialBar,

    /// <summary>Its largest BAR is made smaller (Resizable BAR).</summary>
    Resize,

    /// <summary>One other device is moved.</summary>
    MoveOne,

    /// <summary>The stretch that costs the fewest bytes to clear is cleared; as many devices as lie in it are moved.</summary>
    MoveSeveral,

    /// <summary>Everything that may be moved is placed anew, the largest first.</summary>
    Compact,

    /// <summary>The request waits for the next boot; at the end of the history the guest is booted if one still waits.</summary>
    AtBoot,
}

/// <summary>A way to place BARs.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="Policy">Where something new goes.</param>
/// <param name="Reactions">What is tried when it does not fit; then it is refused.</param>
public sealed record RebalanceStrategy(string Name, PlacementPolicy Policy, ImmutableArray<Reaction> Reactions)
{
    /// <summary>Words of the policies, as files have them.</summary>
    internal static readonly string[] PolicyWords = ["first-fit", "best-fit", "buddy", "tight-fit", "largest-first-repack"];

    /// <summary>Words of the reactions.</summary>
    internal static readonly string[] ReactionWords = ["partial-bar", "resize", "move-one", "move-several", "compact", "at-boot"];

    /// <summary>The word of a policy.</summary>
    public static string WordOf(PlacementPolicy policy) => PolicyWords[(int)policy];

    /// <summary>The word of a reaction.</summary>
    public static string WordOf(Reaction reaction) => ReactionWords[(int)reaction];
}

/// <summary>What the guest's bus and the host below are.</summary>
public sealed record RebalanceHost
{
    /// <summary>How it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What a map and an unmap cost there.</summary>
    public required EventHost Prices { get; init; }

    /// <summary>Kernel of the guest.</summary>
    public required KernelVersion GuestKernel { get; init; }

    /// <summary>On Hyper-V, which pci-hyperv the guest has; <see langword="null"/> elsewhere.</summary>
    public PrepopulateBars? Prepopulate { get; init; }

    /// <summary>All of it that decides which registers are written.</summary>
    internal (KernelVersion Kernel, PrepopulateBars? Prepopulate) Guest => (GuestKernel, Prepopulate);
}
