using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Fills a guest's address space by booting it: firmware places, the kernel places the rest, and where everything is stands in the registers afterwards.</summary>
public static class Fitter
{
    /// <summary>Boots once.</summary>
    /// <param name="request">A request that <see cref="FitRequest.Check"/> has nothing to say about.</param>
    public static FitResult Place(FitRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Check() is { } problem) throw new ArgumentException(problem, nameof(request));
        var space = GuestAddressSpace.Of(request);
        var pci = GuestTopology.Of(request.Devices.Select(device => device.Bars.Select(bar => bar.Declaration).ToArray()), request.Bridges, request.SparePorts);
        var guest = new GuestBoot
        {
            Firmware = request.Window switch { WindowRule.SeaBios => FirmwareKind.SeaBios, WindowRule.Given => FirmwareKind.None, _ => FirmwareKind.Ovmf },
            Kernel = request.GuestKernel,
            Knowledge = request.Knowledge,
            Windows = space.Firmware,
            WithoutCrs = space.Kernel,
            PortReserve = space.PortReserve,
            Realloc = request.Realloc,
        }.Run(pci);
        return new FitResult(request, space, DevicesOf(request, pci, guest), PortsOf(pci, guest));
    }

    private static ImmutableArray<FittedDevice> DevicesOf(FitRequest request, PciHierarchy pci, LinuxGuest guest)
    {
        var homeless = guest.Unplaced.ToHashSet();
        var functions = pci.Functions.Where(function => function is { IsBridge: false, IsHostBridge: false });
        return [.. request.Devices.Zip(functions, (device, function) => new FittedDevice(
            device, function.Name, PortOf(pci, function), [.. device.Bars.Select(bar => Read(request, bar, function, homeless))]))];
    }

    private static string? PortOf(PciHierarchy pci, PciFunction function) => pci.BridgesAbove(function) is [var port, ..] ? port.Name : null;

    private static FittedBar Read(FitRequest request, FitBar bar, PciFunction function, HashSet<BarRegister> homeless)
    {
        var register = function.Bars.First(each => each.Slot == bar.Declaration.Slot);
        if (homeless.Contains(register)) return new FittedBar(bar, null);
        var range = BusRange.Of(register.Address, register.Bytes);
        return new FittedBar(bar, range, request.Cpu == CpuVendor.Amd && range.Overlaps(GuestAddressSpace.HyperTransport));
    }

    private static ImmutableArray<FittedPort> PortsOf(PciHierarchy pci, LinuxGuest guest)
    {
        var refused = guest.UnplacedWindows.Where(window => window.Bytes > 0).GroupBy(window => window.Bridge).ToDictionary(group => group.Key, group => group.MaxBy(window => window.Bytes));
        return [.. pci.Functions.OfType<PciBridge>().Select(port => new FittedPort(port.Name, port.PrefetchableWindow, port.Behind.Count == 0, refused.TryGetValue(port, out var window) ? (window.Bytes, window.Alignment) : null))];
    }
}
