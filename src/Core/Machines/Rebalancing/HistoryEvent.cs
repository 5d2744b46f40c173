using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>What can happen to one device.</summary>
public enum OperationKind
{
    /// <summary>It is plugged in.</summary>
    Add,

    /// <summary>It goes: it failed, or somebody pulled it.</summary>
    Remove,

    /// <summary>The guest is booted.</summary>
    Boot,
}

/// <summary>One step of a history.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Device">The device.</param>
/// <param name="Type">What it is; of one that is added.</param>
/// <param name="Window">Where it is plugged in.</param>
public sealed record Operation(OperationKind Kind, string Device = "", string Type = "", string Window = "")
{
    /// <summary><c>add gpu-9 (gpu-256g) at bus</c>.</summary>
    public override string ToString() => Kind switch
    {
        OperationKind.Add => $"add {Device} ({Type}) at {Window}",
        OperationKind.Remove => $"remove {Device}",
        _ => "boot",
    };
}

/// <summary>What happens at one time: a device is replaced (it goes, another comes), a dock is plugged in with all that is in it.</summary>
/// <param name="Text">In words.</param>
/// <param name="Operations">The steps.</param>
public sealed record HistoryEvent(string Text, ImmutableArray<Operation> Operations);

/// <summary>How histories are drawn.</summary>
/// <param name="Count">How many.</param>
/// <param name="Seed">Seed of the first; the next has the next number.</param>
/// <param name="Events">Events in each.</param>
/// <param name="Actions">What may happen, with weights.</param>
public sealed record RandomHistories(int Count, int Seed, int Events, ImmutableArray<RandomAction> Actions);

/// <summary>Something that may happen, drawn with a weight among what is possible at the time.</summary>
/// <param name="Weight">Its weight.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Old">Type of what goes.</param>
/// <param name="New">Types of what comes.</param>
/// <param name="Window">Where it is plugged in; empty: where the old one was.</param>
public sealed record RandomAction(int Weight, ActionKind Kind, string Old, ImmutableArray<string> New, string Window);

/// <summary>Kinds of <see cref="RandomAction"/>.</summary>
public enum ActionKind
{
    /// <summary>A device comes.</summary>
    Add,

    /// <summary>A device goes.</summary>
    Remove,

    /// <summary>A device goes and another comes in its place.</summary>
    Replace,

    /// <summary>Several devices come together.</summary>
    Dock,

    /// <summary>Devices that came together go.</summary>
    Undock,

    /// <summary>The guest is booted.</summary>
    Boot,
}
