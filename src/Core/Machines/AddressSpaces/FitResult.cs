using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Where everything landed.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Space">The address space.</param>
/// <param name="Devices">The devices, in the order asked for.</param>
/// <param name="Ports">The bridges, from the root down.</param>
public sealed record FitResult(FitRequest Request, GuestAddressSpace Space, ImmutableArray<FittedDevice> Devices, ImmutableArray<FittedPort> Ports)
{
    /// <summary>Whether the guest starts and every BAR has a place.</summary>
    public bool Fits => Space.Refusal is null && Complete == Devices.Length;

    /// <summary>Devices of which every BAR has a place that devices can reach.</summary>
    public int Complete => Space.Refusal is null ? Devices.Count(device => device.IsComplete) : 0;

    /// <summary>The first BAR without a place that devices can reach, or <see langword="null"/>.</summary>
    public (FittedDevice Device, FittedBar Bar)? FirstMissing =>
        Devices.SelectMany(device => device.Bars.Where(bar => !bar.IsReachable).OrderByDescending(bar => bar.Bar.Declaration.Bytes).Select(bar => ((FittedDevice, FittedBar)?)(device, bar))).FirstOrDefault();
}

/// <summary>A device where it landed.</summary>
/// <param name="Device">The device.</param>
/// <param name="Function">Its address in the guest.</param>
/// <param name="Port">The port of the root bus that it is behind, or <see langword="null"/> on the root bus.</param>
/// <param name="Bars">Its BARs.</param>
public sealed record FittedDevice(FitDevice Device, string Function, string? Port, ImmutableArray<FittedBar> Bars)
{
    /// <summary>Whether every BAR has a place that devices can reach.</summary>
    public bool IsComplete => Bars.All(bar => bar.IsReachable);
}

/// <summary>A BAR where it landed.</summary>
/// <param name="Bar">The BAR.</param>
/// <param name="Range">Its addresses in the guest, or <see langword="null"/> without a place.</param>
/// <param name="IsInHyperTransport">It lies where AMD's IOMMU lets no device reach.</param>
public sealed record FittedBar(FitBar Bar, BusRange? Range, bool IsInHyperTransport = false)
{
    /// <summary>Whether it has a place, and devices can reach it there.</summary>
    public bool IsReachable => Range is not null && !IsInHyperTransport;
}

/// <summary>A bridge and what it lets through above 4 GiB.</summary>
/// <param name="Name">Its address in the guest.</param>
/// <param name="Window">Its prefetchable window, or <see langword="null"/> when it is closed.</param>
/// <param name="IsSpare">Nothing is behind it.</param>
/// <param name="Refused">What the kernel would have made it and found no place for, or <see langword="null"/>.</param>
public sealed record FittedPort(string Name, BusRange? Window, bool IsSpare, (ulong Bytes, ulong Alignment)? Refused);

/// <summary>Something to change, tried by placing everything again.</summary>
/// <param name="Id">Short and stable, for machines.</param>
/// <param name="Text">What to change, in one line.</param>
/// <param name="After">What then is.</param>
public sealed record FitCure(string Id, string Text, FitResult After);
