using Fast.Machines;
using static Fast.Machines.ConfigRegister;

namespace Fast.Tests;

/// <summary>Machines in which one thing is done wrong, each against one rule of the guard.</summary>
internal static class BrokenParts
{
    public static MachineParts Of(GuardRule rule) => rule switch
    {
        GuardRule.NoOverlap => new BrokenMover((pci, peers, log) => new LooksAtNobody(pci, peers, log)),
        GuardRule.NoHalfWrittenBar => new BrokenMover((pci, peers, log) => new WritesWhileItDecodes(pci, peers, log)),
        GuardRule.NoStalePeer => new BrokenMover((pci, peers, log) => new ForgetsPeers(pci, peers, log)),
        GuardRule.NoImmovableMoved => new BrokenPlanner(),
        _ => new BrokenMover((pci, peers, log) => new AsksNoDriver(pci, peers, log)),
    };

    private sealed class BrokenMover(Func<PciHierarchy, PeerMappings, StepLog, BarMover> make) : MachineParts
    {
        public override BarMover Mover(PciHierarchy pci, PeerMappings peers, StepLog log) => make(pci, peers, log);
    }

    private sealed class BrokenPlanner : MachineParts
    {
        public override Planner Planner(RebalanceStrategy strategy) => new MovesAnything(strategy);
    }

    private sealed class MovesAnything(RebalanceStrategy strategy) : Planner(strategy)
    {
        protected override bool MayMove(RebalanceDevice device) => true;
    }

    private sealed class LooksAtNobody(PciHierarchy pci, PeerMappings peers, StepLog log) : BarMover(pci, peers, log)
    {
        protected override bool MayGo(RebalanceDevice device, PlacedBlock[] target, IReadOnlyCollection<RebalanceDevice> all) => true;
    }

    private sealed class WritesWhileItDecodes(PciHierarchy pci, PeerMappings peers, StepLog log) : BarMover(pci, peers, log)
    {
        private readonly PciHierarchy _pci = pci;

        protected override void Decode(RebalanceDevice device, bool on)
        {
        }

        protected override void WriteBar(BarRegister bar, ulong address)
        {
            _pci.Write(bar.Function, bar.Offset, 4, (uint)address);
            _pci.Write(bar.Function, bar.Offset + 4, 4, (uint)(address >> 32));
        }
    }

    private sealed class ForgetsPeers(PciHierarchy pci, PeerMappings peers, StepLog log) : BarMover(pci, peers, log)
    {
        protected override void TakePeersAway(RebalanceDevice device)
        {
        }
    }

    private sealed class AsksNoDriver(PciHierarchy pci, PeerMappings peers, StepLog log) : BarMover(pci, peers, log)
    {
        protected override void Quiesce(RebalanceDevice device)
        {
        }
    }
}
