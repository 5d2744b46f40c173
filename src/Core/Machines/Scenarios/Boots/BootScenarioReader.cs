using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Reads the document of a scenario file, field by field.</summary>
/// <param name="behaviours">Which release does what.</param>
internal sealed class BootScenarioReader(Behaviours behaviours)
{
    private const int MostDevices = 64;
    private const int Slots = 6;
    private readonly HostFields _hosts = new(behaviours);

    /// <summary>Reads it.</summary>
    /// <exception cref="KnowledgeFault">Something is not as it must be.</exception>
    public BootScenario Read(JsonPart root)
    {
        var head = ScenarioHead.Read(root, BootScenario.Kvm, BootScenario.HyperV);
        var isHyperV = head.Machine == BootScenario.HyperV;
        var scenario = new BootScenario
        {
            Title = head.Title,
            Source = head.Source,
            Devices = [.. root.Take("devices").Items().Select(Device)],
            Flip = isHyperV ? HostFields.Flip(root.Take("flip")) : null,
            Runs = [.. root.Take("runs").Items().Select(part => isHyperV ? HyperVRun(part) : KvmRun(part))],
        };
        root.Done();
        return scenario;
    }

    private static ScenarioDevice Device(JsonPart part)
    {
        var bars = ImmutableArray.CreateBuilder<BarDeclaration>();
        foreach (var item in part.Take("bars").Items())
        {
            var kind = item.Take("bits").Whole(32, 64) switch { 64 => BarKind.Memory64, 32 => BarKind.Memory32, var other => throw item.Fault($"a BAR of {other} bits; there are 32 and 64") };
            bars.Add(new BarDeclaration(item.Take("slot").Whole(0, Slots - 1), item.Take("size").Size(), kind, kind == BarKind.Memory64));
            item.Done();
        }

        var device = new ScenarioDevice(part.Take("count").Whole(1, MostDevices), bars.ToImmutable());
        part.Done();
        try
        {
            // The register model knows what a BAR may be; its objection is the file's fault.
            _ = new PciFunction("device", [.. device.Bars]);
        }
        catch (ArgumentException exception)
        {
            throw part.Fault(exception.Message.Split(" (Parameter", 2)[0]);
        }

        return device;
    }

    private BootRun HyperVRun(JsonPart part)
    {
        var guest = HostFields.Version(part.Take("guestKernel"));
        var run = new BootRun
        {
            Name = part.Take("name").Text(),
            GuestKernel = guest,
            Prepopulate = _hosts.Prepopulate(part.Find("prepopulate"), guest),
            HasDriver = part.Find("driver")?.Truth() ?? true,
            Observed = Observed(part.Find("observed")),
        };
        part.Done();
        return run;
    }

    private BootRun KvmRun(JsonPart part)
    {
        var window = part.Find("window");
        var backend = part.Find("backend");
        var run = new BootRun
        {
            Name = part.Take("name").Text(),
            GuestKernel = HostFields.Version(part.Take("guestKernel")),
            HostKernel = _hosts.HostKernel(part.Take("hostKernel")),
            Thp = HostFields.Thp(part.Find("thp")),
            VaSkew = _hosts.VaSkew(part.Find("vmm")),
            NoMmap = part.Find("noMmap")?.Truth() ?? false,
            Iommu = part.Find("iommu") is { } iommu ? IommuKinds.Find(iommu.Text()) ?? throw iommu.Fault($"'{iommu.Text()}' is not an IOMMU that is modelled") : IommuKinds.Vtd,
            Backend = backend?.Word("type1", "iommufd") == "iommufd" ? MapBackend.Iommufd : MapBackend.Type1,
            Firmware = FirmwareOf(part.Find("firmware")),
            LeavesDecodeOff = part.Find("decode")?.Word("on", "off") == "off",
            IsHotPlug = part.Find("plug")?.Word("cold", "hot") == "hot",
            PortReserve = part.Find("reserve")?.Size() ?? 32UL << 30,
            Bridges = part.Find("bridges")?.Whole(0, PredictionRequest.MostBridges) ?? 1,
            PhysicalBits = part.Find("physicalBits")?.Whole(PredictionRequest.LeastPhysicalBits, PredictionRequest.MostPhysicalBits) ?? 46,
            WindowBytes = window?.Text() is null or "dynamic" ? null : window.Size(),
            Realloc = part.Find("realloc")?.Truth() ?? false,
            NoCrs = part.Find("nocrs")?.Truth() ?? false,
            HasDriver = part.Find("driver")?.Truth() ?? true,
            Observed = Observed(part.Find("observed")),
        };
        part.Done();
        if (run is { IsHotPlug: true, Bridges: 0 }) throw part.Fault("a device is plugged in behind a port; bridges must be 1 or more");
        if (run.Backend == MapBackend.Iommufd && run.HostKernel < new KernelVersion(6, 2)) throw backend!.Fault($"Linux {run.HostKernel} has no iommufd; it came with 6.2");
        return run;
    }

    private FirmwareBehaviour? FirmwareOf(JsonPart? part)
    {
        var name = part?.Text() ?? "ovmf";
        if (name == "none") return null;
        return behaviours.FindFirmware(name) ?? throw part!.Fault($"'{name}' is not one of {string.Join(", ", behaviours.Firmwares.Select(known => known.Name))}, none");
    }

    private static Observation? Observed(JsonPart? part)
    {
        if (part is null) return null;
        var observed = new Observation(part.Take("text").Text(), part.Take("seconds").Number(0));
        part.Done();
        return observed;
    }
}
