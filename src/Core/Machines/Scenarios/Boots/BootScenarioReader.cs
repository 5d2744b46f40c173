using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Reads the document of a scenario file, field by field.</summary>
internal static class BootScenarioReader
{
    private const int MostDevices = 64;
    private const int Slots = 6;
    private const ulong Page = 4096;
    private static readonly KernelVersion FirstQemuThatAligns = new(9, 2);

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
            Flip = isHyperV ? Flip(root.Take("flip")) : null,
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

    private static TimedFlip Flip(JsonPart part)
    {
        var flip = new TimedFlip(part.Take("bytes").Size(), part.Take("seconds").Number(0));
        part.Done();
        return flip;
    }

    private static BootRun HyperVRun(JsonPart part)
    {
        var run = new BootRun
        {
            Name = part.Take("name").Text(),
            GuestKernel = Version(part.Take("guestKernel")),
            Prepopulate = part.Take("prepopulate").Word("sets-memory", "leaves-memory-off") == "sets-memory" ? PrepopulateBars.SetsMemory : PrepopulateBars.LeavesMemoryOff,
            HasDriver = part.Find("driver")?.Truth() ?? true,
            Observed = Observed(part.Find("observed")),
        };
        part.Done();
        return run;
    }

    private static BootRun KvmRun(JsonPart part)
    {
        var host = part.Take("hostKernel");
        var window = part.Find("window");
        var run = new BootRun
        {
            Name = part.Take("name").Text(),
            GuestKernel = Version(part.Take("guestKernel")),
            HostKernel = Version(host),
            Thp = part.Find("thp")?.Word("always", "madvise", "never") is { } thp ? Enum.Parse<ThpPolicy>(thp, ignoreCase: true) : ThpPolicy.Always,
            VaSkew = part.Find("vmm") is { } vmm ? SkewOf(vmm) : 0,
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
        return KernelProfiles.TryResolve(run.HostKernel, out _, out var error) ? run : throw host.Fault(error!);
    }

    private static ulong SkewOf(JsonPart vmm)
    {
        const string Qemu = "qemu-";
        var text = vmm.Text();
        if (!text.StartsWith(Qemu, StringComparison.Ordinal) || !KernelVersion.TryParse(text[Qemu.Length..], out var version, out _)) throw vmm.Fault($"'{text}' is no VMM that is known; write for example qemu-8.2");
        return version < FirstQemuThatAligns ? Page : 0;
    }

    private static Observation? Observed(JsonPart? part)
    {
        if (part is null) return null;
        var observed = new Observation(part.Take("text").Text(), part.Take("seconds").Number(0));
        part.Done();
        return observed;
    }

    private static KernelVersion Version(JsonPart part) => KernelVersion.TryParse(part.Text(), out var version, out var error) ? version : throw part.Fault(error!);
}
