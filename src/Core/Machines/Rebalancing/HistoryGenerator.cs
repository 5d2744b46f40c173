using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>
/// Draws histories. What is drawn depends on which devices are plugged in, never on where they found a place, so every strategy goes through the same ones.
/// </summary>
/// <param name="scenario">The machine.</param>
/// <param name="histories">How to draw.</param>
internal sealed class HistoryGenerator(RebalanceScenario scenario, RandomHistories histories)
{
    /// <summary>The history of that number.</summary>
    public ImmutableArray<HistoryEvent> Draw(int number)
    {
        // .NET keeps the sequence of a seeded generator from release to release, without promising it; a test holds one history.
        var random = new Random(histories.Seed + number);
        var present = scenario.Devices.ToList();
        var docks = new Dictionary<string, ImmutableArray<string>>();
        var events = ImmutableArray.CreateBuilder<HistoryEvent>();
        var born = 0;
        while (events.Count < histories.Events)
        {
            var possible = histories.Actions.Where(IsPossible).ToList();
            if (possible.Count == 0) break;
            var draw = random.Next(possible.Sum(action => action.Weight));
            events.Add(Do(possible.First(action => (draw -= action.Weight) < 0)));
        }

        return events.ToImmutable();

        bool IsPossible(RandomAction action) => action.Kind switch
        {
            ActionKind.Add or ActionKind.Dock => Room(action.Window) >= action.New.Length,
            ActionKind.Remove or ActionKind.Replace => present.Exists(device => device.Type == action.Old),
            ActionKind.Undock => docks.Count > 0,
            _ => true,
        };

        int Room(string window) => scenario.Windows.First(plan => plan.Name == window).Slots - present.Count(device => device.Window == window);

        HistoryEvent Do(RandomAction action)
        {
            switch (action.Kind)
            {
                case ActionKind.Add:
                    var added = Come($"{action.New[0]}+{++born}", action.New[0], action.Window);
                    return new HistoryEvent(added.ToString(), [added]);
                case ActionKind.Remove:
                    var removed = Go(Pick(action.Old));
                    return new HistoryEvent(removed.ToString(), [removed]);
                case ActionKind.Replace:
                    var old = Pick(action.Old);
                    return new HistoryEvent($"replace {old.Device} by a {action.New[0]}", [Go(old), Come(old.Device, action.New[0], old.Window)]);
                case ActionKind.Dock:
                    var name = $"dock+{++born}";
                    var inside = action.New.Select((type, at) => Come($"{name}.{at + 1}", type, action.Window)).ToImmutableArray();
                    docks.Add(name, [.. inside.Select(device => device.Device)]);
                    return new HistoryEvent("dock " + name, inside);
                case ActionKind.Undock:
                    var dock = docks.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(docks.Count));
                    var gone = present.Where(device => docks[dock].Contains(device.Device)).ToList().Select(Go).ToImmutableArray();
                    docks.Remove(dock);
                    return new HistoryEvent("undock " + dock, gone);
                default:
                    return new HistoryEvent("boot", [new Operation(OperationKind.Boot)]);
            }
        }

        Operation Pick(string type)
        {
            var all = present.Where(device => device.Type == type).ToList();
            return all[random.Next(all.Count)];
        }

        Operation Come(string name, string type, string window)
        {
            var operation = new Operation(OperationKind.Add, name, type, window);
            present.Add(operation);
            return operation;
        }

        Operation Go(Operation device)
        {
            present.Remove(device);
            return device with { Kind = OperationKind.Remove };
        }
    }
}
