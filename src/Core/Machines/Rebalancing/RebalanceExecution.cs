using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Takes a machine through a history under one strategy: everything is executed, nothing is priced.</summary>
internal static class RebalanceExecution
{
    /// <summary>Runs it.</summary>
    /// <param name="scenario">The machine.</param>
    /// <param name="strategy">How places are found.</param>
    /// <param name="history">What happens.</param>
    /// <param name="guest">Kernel of the guest.</param>
    /// <param name="prepopulate">On Hyper-V, which pci-hyperv; <see langword="null"/> elsewhere.</param>
    /// <param name="keepsSnapshots">Whether it is asked where everything was after each event.</param>
    /// <param name="parts">What thinks and moves; tests replace it by broken ones.</param>
    public static RebalanceOutcome Run(
        RebalanceScenario scenario, RebalanceStrategy strategy, ImmutableArray<HistoryEvent> history, KernelVersion guest, PrepopulateBars? prepopulate, bool keepsSnapshots = false, MachineParts? parts = null)
    {
        var machine = new RebalanceMachine(scenario, strategy, guest, prepopulate, parts);
        var requests = ImmutableArray.CreateBuilder<RequestOutcome>();
        var snapshots = ImmutableArray.CreateBuilder<Snapshot>();
        var fragmentation = 0.0;
        Look(0, "first boot");
        for (var number = 1; number <= history.Length; number++)
        {
            foreach (var operation in history[number - 1].Operations)
            {
                if (operation.Kind == OperationKind.Add) requests.Add(machine.Add(operation, number));
                else if (operation.Kind == OperationKind.Remove) machine.Remove(operation.Device);
                else machine.Boot();
            }

            fragmentation += machine.FreeIn(scenario.Windows[0]).Fragmentation;
            Look(number, history[number - 1].Text);
        }

        if (machine.AsksForBoot)
        {
            machine.Boot();
            Look(history.Length + 1, "boot that was asked for");
        }

        return new RebalanceOutcome
        {
            Requests = requests.ToImmutable(),
            Moves = machine.Mover.Moved,
            MovedBytes = machine.Mover.MovedBytes,
            Waits = machine.Mover.Waited,
            RedonePeers = machine.Mover.RedonePeers,
            Toggles = machine.Toggles.Count - machine.FirstBoot.Toggles,
            Boots = machine.Boots,
            ServedAtBoot = machine.ServedAtBoot,
            LostAtBoot = machine.LostAtBoot,
            ConfigWrites = machine.Guard.Writes - machine.FirstBoot.Writes,
            MeanFragmentation = history.IsEmpty ? 0 : fragmentation / history.Length,
            Steps = machine.Log.Steps,
            Snapshots = snapshots.ToImmutable(),
            Violations = [.. machine.Guard.Violations],
        };

        void Look(int number, string text)
        {
            if (keepsSnapshots) snapshots.Add(machine.Look(number, text));
        }
    }
}
