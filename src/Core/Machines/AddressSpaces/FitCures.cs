using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Looks for the smallest setting of each kind with which everything fits. Nothing is reckoned: each try boots the guest again.</summary>
public static class FitCures
{
    private const ulong G = 1UL << 30;

    // The order is that of preference: settings first, then what gives something up.
    private static readonly Func<FitResult, FitCure?>[] Kinds =
        [PhysicalBits, Mmio64, BitsAndMmio64, Hole64, Window, Firmware, SparePorts, Pref64Reserve, RootBus, GuestKernel, Resize, Realloc, Memory, FewerDevices];

    /// <summary>What would make everything fit; empty when it does.</summary>
    public static ImmutableArray<FitCure> Of(FitResult result, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Fits) return [];
        var cures = ImmutableArray.CreateBuilder<FitCure>();
        foreach (var kind in Kinds)
        {
            cancellation.ThrowIfCancellationRequested();
            if (kind(result) is { } cure) cures.Add(cure);
        }

        return cures.ToImmutable();
    }

    /// <summary>The fewest bits with which everything still fits, for a guest in which it does.</summary>
    public static int LeastPhysicalBits(FitResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var bits = result.Request.PhysicalBits;
        while (bits > FitRequest.LeastPhysicalBits && Fitter.Place(result.Request with { PhysicalBits = bits - 1 }).Fits) bits--;
        return bits;
    }

    private static FitCure? PhysicalBits(FitResult result) =>
        First("phys-bits", Enumerable.Range(result.Request.PhysicalBits + 1, FitRequest.MostPhysicalBits - result.Request.PhysicalBits), bits => result.Request with { PhysicalBits = bits }, BitsText);

    private static string BitsText(int bits) => string.Create(
        CultureInfo.InvariantCulture,
        $"VMM: {bits} bits of guest-physical address, if the host's CPU has them: QEMU '-cpu host,host-phys-bits=on' or 'phys-bits={bits}'; libvirt <maxphysaddr mode='emulate' bits='{bits}'/>; Nova hw:maxphysaddr_mode=emulate and hw:maxphysaddr_bits={bits}");

    private static FitCure? Mmio64(FitResult result) =>
        IsOvmfWindow(result) ? First("mmio64", Megabytes(result), megabytes => result.Request with { Mmio64Megabytes = megabytes }, Mmio64Text) : null;

    private static string Mmio64Text(ulong megabytes) =>
        string.Create(CultureInfo.InvariantCulture, $"firmware: -fw_cfg name=opt/ovmf/X-PciMmio64Mb,string={megabytes} (a window of {FitWords.Size(megabytes << 20)})");

    /// <summary>Both, where neither alone helps.</summary>
    private static FitCure? BitsAndMmio64(FitResult result)
    {
        if (!IsOvmfWindow(result) || PhysicalBits(result) is not null || Mmio64(result) is not null) return null;
        var pairs = from bits in Enumerable.Range(result.Request.PhysicalBits + 1, FitRequest.MostPhysicalBits - result.Request.PhysicalBits)
                    from megabytes in Megabytes(result)
                    select (bits, megabytes);
        return First("phys-bits-and-mmio64", pairs, pair => result.Request with { PhysicalBits = pair.bits, Mmio64Megabytes = pair.megabytes }, pair => $"{BitsText(pair.bits)}; and {Mmio64Text(pair.megabytes)}");
    }

    /// <summary>Powers of two from the default window on.</summary>
    private static IEnumerable<ulong> Megabytes(FitResult result) =>
        Enumerable.Range(15, 10).Select(shift => 1UL << shift).Where(megabytes => megabytes > (result.Request.Mmio64Megabytes ?? 0) && megabytes <= GuestAddressSpace.MostMmio64Megabytes);

    private static FitCure? Hole64(FitResult result) => result.Request.Window != WindowRule.QemuHole || result.Request.GivenWindow is not null ? null : First(
        "hole64", Enumerable.Range(30, 22).Select(shift => 1UL << shift).Where(bytes => bytes > result.Request.Hole64Bytes), bytes => result.Request with { Hole64Bytes = bytes },
        bytes => string.Create(CultureInfo.InvariantCulture, $"VMM: a hole of {FitWords.Size(bytes)}: QEMU '-global q35-pcihost.pci-hole64-size={FitWords.Size(bytes)}'; libvirt <pcihole64 unit='GiB'>{bytes / G}</pcihole64>"));

    private static bool IsOvmfWindow(FitResult result) => result.Request.Window.IsOvmf() && result.Request.GivenWindow is null;

    /// <summary>A larger window from the same address on, where it is firmware that opened it.</summary>
    private static FitCure? Window(FitResult result)
    {
        if (result.Request is not { GivenWindow: { } window, Window: not WindowRule.Given }) return null;
        var sizes = Enumerable.Range(30, 20).Select(shift => 1UL << shift).Where(bytes => bytes > window.Bytes);
        return First("window", sizes, bytes => result.Request with { GivenWindow = BusRange.Of(window.Start, bytes) }, bytes => string.Create(
            CultureInfo.InvariantCulture, $"firmware: a window of {FitWords.Size(bytes)} from {LeafWhy.Hex(window.Start)} on (OVMF: X-PciMmio64Mb {bytes >> 20}; QEMU's hole: pci-hole64-size={FitWords.Size(bytes)})"));
    }

    private static FitCure? Firmware(FitResult result)
    {
        if (result.Request.GivenWindow is not null) return null;
        WindowRule[] newer = result.Request.Window switch { WindowRule.OvmfClassic => [WindowRule.OvmfEighth, WindowRule.OvmfQuarter], WindowRule.OvmfEighth => [WindowRule.OvmfQuarter], _ => [] };
        return First("firmware", newer, rule => result.Request with { Window = rule }, rule => rule == WindowRule.OvmfQuarter
            ? "firmware: OVMF from August 2026 on takes the top quarter of the address space, not the top eighth"
            : "firmware: OVMF from November 2022 on takes the top eighth of the address space");
    }

    private static FitCure? SparePorts(FitResult result) => First(
        "spare-ports", Enumerable.Range(0, result.Request.SparePorts).Reverse(), ports => result.Request with { SparePorts = ports },
        ports => $"VMM: {FitWords.Counted(ports, "spare port")} instead of {result.Request.SparePorts}; each keeps {FitWords.Size(result.Space.PortReserve)}");

    private static FitCure? Pref64Reserve(FitResult result) => result.Space.PortReserve == 0 ? null : First(
        "pref64-reserve", [2UL << 20], bytes => result.Request with { Pref64Reserve = bytes }, bytes => $"VMM: -device pcie-root-port,pref64-reserve={FitWords.Size(bytes)} on every port, instead of {FitWords.Size(result.Space.PortReserve)}");

    private static FitCure? RootBus(FitResult result) => result.Request.Bridges == 0 || result.Request.Window == WindowRule.Given ? null : First(
        "root-bus", [0], bridges => result.Request with { Bridges = bridges }, _ => "VMM: the devices on the root bus, where BARs need no window around them");

    private static FitCure? Realloc(FitResult result) => First(
        "realloc", new[] { (Realloc: true, NoCrs: false), (Realloc: true, NoCrs: true) }.Where(each => (each.Realloc, each.NoCrs) != (result.Request.Realloc, result.Request.NoCrs)),
        each => result.Request with { Realloc = each.Realloc, NoCrs = each.NoCrs },
        each => each.NoCrs ? "guest: pci=realloc pci=nocrs, so that its kernel places where firmware did not; a workaround, as it ignores what the firmware says" : "guest: pci=realloc, so that its kernel places again what firmware left out");

    private static FitCure? GuestKernel(FitResult result) => result.Request.GuestKernel >= new KernelVersion(7, 0) ? null : First(
        "guest-kernel", [new KernelVersion(7, 0)], kernel => result.Request with { GuestKernel = kernel }, _ => "guest: Linux 7.0 or newer makes bridge windows no larger than what lies in them");

    /// <summary>A smaller size for those BARs that have no place, the largest that works.</summary>
    private static FitCure? Resize(FitResult result)
    {
        var lost = result.Devices.Where(device => !device.IsComplete).Select(device => device.Device).ToList();
        if (lost.Count == 0 || lost.Exists(device => device.Largest.Sizes == 0)) return null;
        var sizes = Enumerable.Range(20, 40).Reverse().Select(shift => 1UL << shift).Where(bytes => lost.TrueForAll(device => (device.Largest.Sizes & bytes) != 0 && bytes < device.Largest.Declaration.Bytes));
        var cure = First("resize", sizes, bytes => result.Request with { Devices = [.. result.Request.Devices.Select(device => lost.Contains(device) ? Resized(device, bytes) : device)] },
            bytes => $"device: Resizable BAR of {FitWords.Size(bytes)} instead of {FitWords.Size(lost[0].Largest.Declaration.Bytes)} for {string.Join(", ", lost.Select(device => device.Label))}");
        var place = cure?.After.Devices.Where(device => lost.Exists(other => other.Label == device.Device.Label)).Select(device => device.Bars.First(bar => bar.Bar == device.Device.Largest).Range).FirstOrDefault();
        var port = cure?.After.Ports.FirstOrDefault(port => port.Window is { } window && place is { } range && window.Contains(range));
        return port is null ? cure : cure! with { Text = $"{cure.Text}; the port's window then takes {FitWords.Size(port.Window!.Value.Bytes)}" };
    }

    private static FitDevice Resized(FitDevice device, ulong bytes) => device with { Bars = [.. device.Bars.Select(bar => bar == device.Largest ? bar.Resized(bytes) : bar)] };

    /// <summary>The most memory, in GiB, with which everything fits.</summary>
    private static FitCure? Memory(FitResult result)
    {
        var (least, most) = (4UL, result.Request.RamBytes / G);
        if (result.Request.GivenWindow is not null || most <= least || !Fits(least)) return null;
        while (most - least > 1)
        {
            var middle = least + ((most - least) / 2);
            if (Fits(middle)) least = middle;
            else most = middle;
        }

        return First("memory", [least], ram => result.Request with { RamBytes = ram * G }, ram => $"VMM: {ram}G of memory or less, instead of {FitWords.Size(result.Request.RamBytes)}");

        bool Fits(ulong ram) => Fitter.Place(result.Request with { RamBytes = ram * G }).Fits;
    }

    private static FitCure? FewerDevices(FitResult result) => First(
        "fewer", Enumerable.Range(1, Math.Max(0, result.Request.Devices.Length - 1)).Reverse(), count => result.Request with { Devices = result.Request.Devices[..count] },
        count => $"{FitWords.Counted(count, "device")} instead of {result.Request.Devices.Length}");

    private static FitCure? First<T>(string id, IEnumerable<T> settings, Func<T, FitRequest> apply, Func<T, string> text)
    {
        foreach (var setting in settings)
        {
            var request = apply(setting);
            if (request.Check() is not null) continue;
            var after = Fitter.Place(request);
            if (after.Fits) return new FitCure(id, text(setting), after);
        }

        return null;
    }
}
