using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Reads the document of a scenario file, field by field.</summary>
internal static class BootScenarioReader
{
    private const int MostDevices = 64;
    private const int Slots = 6;

    /// <summary>Reads it.</summary>
    /// <exception cref="KnowledgeFault">Something is not as it must be.</exception>
    public static BootScenario Read(JsonPart root)
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

    private static BootRun HyperVRun(JsonPart part)
    {
        var run = new BootRun
        {
            Name = part.Take("name").Text(),
            GuestKernel = HostFields.Version(part.Take("guestKernel")),
            Prepopulate = HostFields.Prepopulate(part.Take("prepopulate")),
            HasDriver = part.Find("driver")?.Truth() ?? true,
            Observed = Observed(part.Find("observed")),
        };
        part.Done();
        return run;
    }

    private static BootRun KvmRun(JsonPart part)
    {
        var window = part.Find("window");
        var run = new BootRun
        {
            Name = part.Take("name").Text(),
            GuestKernel = HostFields.Version(part.Take("guestKernel")),
            HostKernel = HostFields.HostKernel(part.Take("hostKernel")),
            Thp = HostFields.Thp(part.Find("thp")),
            VaSkew = HostFields.VaSkew(part.Find("vmm")),
            Firmware = part.Find("firmware")?.Word("ovmf", "seabios", "none") is { } firmware ? Enum.Parse<FirmwareKind>(firmware, ignoreCase: true) : FirmwareKind.Ovmf,
            LeavesDecodeOff = part.Find("decode")?.Word("on", "off") == "off",
            Bridges = part.Find("bridges")?.Whole(0, PredictionRequest.MostBridges) ?? 1,
            PhysicalBits = part.Find("physicalBits")?.Whole(36, 52) ?? 46,
            WindowBytes = window?.Text() is null or "dynamic" ? null : window.Size(),
            Realloc = part.Find("realloc")?.Truth() ?? false,
            NoCrs = part.Find("nocrs")?.Truth() ?? false,
            HasDriver = part.Find("driver")?.Truth() ?? true,
            Observed = Observed(part.Find("observed")),
        };
        part.Done();
        return run;
    }

    private static Observation? Observed(JsonPart? part)
    {
        if (part is null) return null;
        var observed = new Observation(part.Take("text").Text(), part.Take("seconds").Number(0));
        part.Done();
        return observed;
    }
}
