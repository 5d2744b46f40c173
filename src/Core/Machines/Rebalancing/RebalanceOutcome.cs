using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>How a request ended.</summary>
public enum RequestEnd
{
    /// <summary>It fits as it is.</summary>
    Fits,

    /// <summary>It was served by a reaction.</summary>
    Reacted,

    /// <summary>There was not enough free space in all.</summary>
    RefusedFull,

    /// <summary>There was enough free space in all, and no place for it.</summary>
    RefusedFragmented,
}

/// <summary>A device that came, and what became of it.</summary>
/// <param name="Event">Number of the event, from 1.</param>
/// <param name="Device">The device.</param>
/// <param name="Type">What it is.</param>
/// <param name="Bytes">Address space that it needs.</param>
/// <param name="Wanted">Bytes of its BARs, as its maker made them.</param>
/// <param name="Free">What was free when it came.</param>
/// <param name="End">How it ended.</param>
/// <param name="Reaction">By which reaction, or <see langword="null"/>.</param>
/// <param name="Got">Bytes of its BARs that can be reached.</param>
/// <param name="Moves">What was moved for it.</param>
public sealed record RequestOutcome(int Event, string Device, string Type, ulong Bytes, ulong Wanted, FreeSpace Free, RequestEnd End, Reaction? Reaction, ulong Got, ImmutableArray<MovedRange> Moves)
{
    /// <summary>It was refused.</summary>
    public bool IsRefused => End >= RequestEnd.RefusedFull;

    /// <summary>Devices that were moved for it.</summary>
    public int Moved => Moves.Select(move => move.Device).Distinct().Count();

    /// <summary>It got a place, and less than all of its BARs.</summary>
    public bool IsReduced => !IsRefused && Got < Wanted;
}

/// <summary>Something that was moved: a BAR, or the window of a port with all that is behind it.</summary>
/// <param name="Device">Whose it is.</param>
/// <param name="From">Where it was.</param>
/// <param name="To">Where it is now.</param>
public sealed record MovedRange(string Device, BusRange From, BusRange To);

/// <summary>Where everything is after an event.</summary>
/// <param name="Event">Number of the event; 0 after the first boot.</param>
/// <param name="Text">What happened.</param>
/// <param name="Ranges">What is taken, by window.</param>
/// <param name="HasRefused">Something that is plugged in has no place.</param>
public sealed record Snapshot(int Event, string Text, ImmutableArray<TakenRange> Ranges, bool HasRefused);

/// <summary>A stretch that a device has.</summary>
/// <param name="Device">The device.</param>
/// <param name="Type">What it is.</param>
/// <param name="Window">In which window.</param>
/// <param name="Range">Where.</param>
/// <param name="CanMove">Whether it may be moved.</param>
public sealed record TakenRange(string Device, string Type, string Window, BusRange Range, bool CanMove);

/// <summary>What a history did to a machine under one strategy; counted, nothing priced.</summary>
public sealed record RebalanceOutcome
{
    /// <summary>Every device that came.</summary>
    public required ImmutableArray<RequestOutcome> Requests { get; init; }

    /// <summary>Devices that were moved.</summary>
    public required int Moves { get; init; }

    /// <summary>Bytes of BARs that got another address.</summary>
    public required ulong MovedBytes { get; init; }

    /// <summary>Devices that were switched off to wait until another had moved.</summary>
    public required int Waits { get; init; }

    /// <summary>Mappings of peers that were made anew because a BAR moved.</summary>
    public required int RedonePeers { get; init; }

    /// <summary>How often a function's memory decode went off, removals left out.</summary>
    public required int Toggles { get; init; }

    /// <summary>Boots.</summary>
    public required int Boots { get; init; }

    /// <summary>Requests that were refused when they came and got a place at a boot.</summary>
    public required int ServedAtBoot { get; init; }

    /// <summary>Devices that had a place and got none at a boot: the largest first is not always the best order.</summary>
    public required int LostAtBoot { get; init; }

    /// <summary>Config writes after the first boot, each of which the guard looked at.</summary>
    public required long ConfigWrites { get; init; }

    /// <summary>Mean external fragmentation of the first window after each event.</summary>
    public required double MeanFragmentation { get; init; }

    /// <summary>Everything that takes time, in order.</summary>
    internal IReadOnlyList<RebalanceStep> Steps { get; init; } = [];

    /// <summary>Where everything was after each event.</summary>
    public required ImmutableArray<Snapshot> Snapshots { get; init; }

    /// <summary>Rules that did not hold: none, unless the mover is broken.</summary>
    public required ImmutableArray<GuardViolation> Violations { get; init; }

    /// <summary>The first request that was refused, or <see langword="null"/>.</summary>
    public RequestOutcome? FirstRefused => Requests.FirstOrDefault(request => request.IsRefused);
}
