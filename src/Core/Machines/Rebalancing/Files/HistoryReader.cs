using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Reads a history, or how histories are drawn. A history is gone through once, so that a device that is not there cannot go, nor one come where no slot is free.</summary>
/// <param name="windows">The windows.</param>
/// <param name="types">The types.</param>
/// <param name="devices">What is there at the first boot.</param>
internal sealed class HistoryReader(IReadOnlyList<WindowPlan> windows, IReadOnlyList<DeviceType> types, ImmutableArray<Operation> devices)
{
    private const int MostEvents = 2000;
    private const int MostHistories = 1000;
    private const int MostWeight = 1000;
    private readonly List<Operation> _present = [.. devices];
    private readonly Dictionary<string, List<string>> _docks = [];

    /// <summary>A history.</summary>
    public ImmutableArray<HistoryEvent> History(JsonPart part)
    {
        var items = part.Items();
        return items.Count <= MostEvents ? [.. items.Select(Event)] : throw part.Fault($"{items.Count} events; the most are {MostEvents}");
    }

    /// <summary>How histories are drawn.</summary>
    public RandomHistories Random(JsonPart part)
    {
        var random = new RandomHistories(
            part.Take("histories").Whole(1, MostHistories),
            part.Take("seed").Whole(0, int.MaxValue - MostHistories),
            part.Take("events").Whole(1, MostEvents),
            [.. part.Take("actions").Items().Select(Action)]);
        part.Done();
        return random;
    }

    private HistoryEvent Event(JsonPart part)
    {
        var happened = Read(part);
        part.Done();
        return happened;
    }

    private HistoryEvent Read(JsonPart part)
    {
        if (part.Find("add") is { } add)
        {
            var added = Come(part, add, NewName(add), part.Take("type"), WindowOf(part));
            return new HistoryEvent(added.ToString(), [added]);
        }

        if (part.Find("remove") is { } remove)
        {
            var removed = Go(remove);
            return new HistoryEvent(removed.ToString(), [removed]);
        }

        if (part.Find("replace") is { } replace)
        {
            var old = Go(replace);
            var with = part.Take("with");
            return new HistoryEvent($"replace {old.Device} by a {with.Text()}", [old, Come(part, with, old.Device, with, old.Window)]);
        }

        if (part.Find("dock") is { } dock)
        {
            var name = NewName(dock);
            var (inside, window) = (part.Take("types").Items(), WindowOf(part));
            var come = inside.Select((type, at) => Come(part, type, FormattableString.Invariant($"{name}.{at + 1}"), type, window)).ToImmutableArray();
            _docks[name] = [.. come.Select(operation => operation.Device)];
            return new HistoryEvent("dock " + name, come);
        }

        if (part.Find("undock") is { } undock)
        {
            if (!_docks.Remove(undock.Text(), out var inside)) throw undock.Fault($"there is no dock '{undock.Text()}' at that time");
            return new HistoryEvent("undock " + undock.Text(), [.. inside.Where(IsPresent).Select(device => Go(undock, device))]);
        }

        if (part.Find("boot") is { } boot) return boot.Truth() ? new HistoryEvent("boot", [new Operation(OperationKind.Boot)]) : throw boot.Fault("leave the event out");
        throw part.Fault("an event is one of add, remove, replace, dock, undock, boot");
    }

    private RandomAction Action(JsonPart part)
    {
        var weight = part.Take("weight").Whole(1, MostWeight);
        var action = part.Find("add") is { } add ? new RandomAction(weight, ActionKind.Add, "", [TypeOf(add)], WindowOf(part))
            : part.Find("remove") is { } remove ? new RandomAction(weight, ActionKind.Remove, Removable(remove), [], "")
            : part.Find("replace") is { } replace ? new RandomAction(weight, ActionKind.Replace, Removable(replace), [TypeOf(part.Take("with"))], "")
            : part.Find("dock") is { } dock ? new RandomAction(weight, ActionKind.Dock, "", [.. dock.Items().Select(TypeOf)], WindowOf(part))
            : part.Find("undock") is { } undock && undock.Truth() ? new RandomAction(weight, ActionKind.Undock, "", [], "")
            : part.Find("boot") is { } boot && boot.Truth() ? new RandomAction(weight, ActionKind.Boot, "", [], "")
            : throw part.Fault("an action is one of add, remove, replace, dock, undock, boot");
        part.Done();
        return action;
    }

    private Operation Come(JsonPart part, JsonPart about, string name, JsonPart type, string window)
    {
        var plan = windows.First(each => each.Name == window);
        if (_present.Count(device => device.Window == window) >= plan.Slots) throw about.Fault($"all {plan.Slots} slots of the window '{window}' are taken at that time");
        var operation = new Operation(OperationKind.Add, name, TypeOf(type), window);
        if (IsPresent(name)) throw part.Fault($"there is a device '{name}' at that time");
        _present.Add(operation);
        return operation;
    }

    private Operation Go(JsonPart part) => Go(part, part.Text());

    private Operation Go(JsonPart part, string name)
    {
        var device = _present.Find(device => device.Device == name) ?? throw part.Fault($"there is no device '{name}' at that time");
        if (types.First(type => type.Name == device.Type).Immovable is { } why) throw part.Fault($"'{name}' must stay: {why}");
        _present.Remove(device);
        return device with { Kind = OperationKind.Remove };
    }

    private string Removable(JsonPart part)
    {
        var type = TypeOf(part);
        return types.First(each => each.Name == type).Immovable is { } why ? throw part.Fault($"'{type}' must stay: {why}") : type;
    }

    private string NewName(JsonPart part) => IsPresent(part.Text()) || _docks.ContainsKey(part.Text()) ? throw part.Fault($"there is a '{part.Text()}' at that time") : part.Text();

    private bool IsPresent(string name) => _present.Exists(device => device.Device == name);

    private string TypeOf(JsonPart part) => RebalanceReader.Known(part, types.Select(type => type.Name), "type");

    private string WindowOf(JsonPart part) => part.Find("window") is { } window ? RebalanceReader.Known(window, windows.Select(each => each.Name), "window") : windows[0].Name;
}
