using System.Collections.Immutable;
using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>Small machines for tests, and what they are made of.</summary>
internal static class RebalanceRig
{
    public const ulong M = 1UL << 20;
    public const ulong G = 1UL << 30;
    public static readonly KernelVersion Guest = new(6, 12);

    public static readonly RebalanceHost Kvm = new() { Name = "kvm", GuestKernel = Guest, Prices = new EventHost { Kernel = new KernelVersion(6, 12) } };

    public static DeviceType Type(string name, params ulong[] bars) => new() { Name = name, Bars = [.. bars] };

    public static Operation Add(string device, string type, string window = "w") => new(OperationKind.Add, device, type, window);

    public static Operation Remove(string device) => new(OperationKind.Remove, device);

    public static ImmutableArray<HistoryEvent> History(params Operation[] operations) => [.. operations.Select(operation => new HistoryEvent(operation.ToString(), [operation]))];

    /// <summary>A machine with one window from 64 GiB on.</summary>
    public static RebalanceScenario Machine(ulong bytes, WindowPorts ports, IEnumerable<DeviceType> types, params Operation[] devices) => new()
    {
        Title = "test",
        Source = "test",
        Windows = [new WindowPlan("w", BusRange.Of(64 * G, bytes), ports, 10)],
        Types = [.. types],
        Devices = [.. devices],
        Hosts = [Kvm],
    };

    public static RebalanceStrategy With(PlacementPolicy policy, params Reaction[] reactions) => new(RebalanceStrategy.WordOf(policy), policy, [.. reactions]);

    public static RebalanceScenario BuiltIn(string name) =>
        RebalanceScenario.TryRead(BuiltInScenarios.BytesOf(name)!, name, out var scenario, out var error) ? scenario! : throw new InvalidOperationException(error);
}
