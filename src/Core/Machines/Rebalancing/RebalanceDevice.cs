using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>A device that is plugged in, with or without a place for its BARs.</summary>
/// <param name="name">How the history calls it.</param>
/// <param name="type">What it is.</param>
/// <param name="window">The window that its BARs belong into.</param>
/// <param name="port">The port that it has to itself, or <see langword="null"/>.</param>
/// <param name="isHyperV">Writes to its BARs are lost while it decodes.</param>
internal sealed class RebalanceDevice(string name, DeviceType type, WindowPlan window, PciBridge? port, bool isHyperV)
{
    public string Name { get; } = name;

    public DeviceType Type { get; } = type;

    public WindowPlan Window { get; } = window;

    public PciBridge? Port { get; } = port;

    public PciFunction Function { get; } = type.Build(name, isHyperV);

    /// <summary>Where its BARs are; empty while they have no place.</summary>
    public ImmutableArray<PlacedBlock> Placed { get; set; } = [];

    public bool IsPlaced => !Placed.IsEmpty;

    /// <summary>Its driver is bound and not stopped.</summary>
    public bool IsRunning { get; set; }

    /// <summary>The BAR that peers reach.</summary>
    public BarRegister LargestBar => Function.Bars.MaxBy(bar => bar.Bytes)!;

    public ulong Bytes => Function.Bars.Aggregate(0UL, (sum, bar) => sum + bar.Bytes);

    public override string ToString() => Name;
}

/// <summary>BARs that are placed together: one by itself, or all of a device behind a port of its own.</summary>
/// <param name="Device">Whose they are.</param>
/// <param name="Shape">What has to be placed.</param>
/// <param name="Bars">The BARs, each so many bytes from the start.</param>
internal sealed record Block(RebalanceDevice Device, BlockShape Shape, ImmutableArray<(BarRegister Bar, ulong Offset)> Bars);

/// <summary>A block with its place.</summary>
/// <param name="Block">The block.</param>
/// <param name="Range">Where it is or shall be.</param>
internal sealed record PlacedBlock(Block Block, BusRange Range)
{
    /// <summary>Where each BAR is then.</summary>
    public IEnumerable<(BarRegister Bar, ulong Address)> Bars => Block.Bars.Select(bar => (bar.Bar, Range.Start + bar.Offset));
}
