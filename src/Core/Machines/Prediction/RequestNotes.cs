using System.Collections.Immutable;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>What a reader of a prediction should know because of what was asked for.</summary>
internal static class RequestNotes
{
    private const ulong Below4G = 2UL << 30;

    /// <summary>Adds them.</summary>
    public static void Add(PredictionRequest request, ImmutableArray<PredictedDevice> devices, Knowledge knowledge, ImmutableArray<PciNote>.Builder notes)
    {
        if (request.NoMmap) notes.Add(new PciNote(0, "x-no-mmap: no peer-to-peer between devices, and each access of the guest to a BAR leaves the guest"));
        else if (request.Backend == MapBackend.Iommufd) AddIommufd(request, knowledge, notes);
        if (request.PhysicalBits is not { } bits) return;
        var windows = BootEvents.WindowsOf(request, knowledge.Behaviours.FindFirmware(request.Firmware)!);
        foreach (var device in devices)
        {
            foreach (var bar in device.Bars.Where(bar => !bar.IsVisible))
                notes.Add(new PciNote(bar.Region.SourceLine, $"{bar.Region} of {device.Device.Label} finds no place in a guest of {bits} bits under {request.Firmware}, {Window(windows)}; the guest does not see it, and it costs nothing"));
        }

        if (request.Ram is { } ram && windows.Memory64 is { } high && ram.Bytes > Below4G && (4UL << 30) + (ram.Bytes - Below4G) > high.Start)
            notes.Add(new PciNote(0, $"{BinarySize.Format(ram.Bytes)} of memory reach into the window at {BinarySize.Format(high.Start)} of a guest of {bits} bits: such a VM does not start; give it more bits"));
    }

    private static void AddIommufd(PredictionRequest request, Knowledge knowledge, ImmutableArray<PciNote>.Builder notes)
    {
        notes.Add(new PciNote(0, "iommufd was read, not counted: instructions per call and per entry are assumed to be type1's"));
        foreach (var kernel in request.HostKernels.Where(kernel => !knowledge.Behaviours.Resolve(kernel).Profile.IommufdMapsDmaBufs))
            notes.Add(new PciNote(0, $"iommufd on Linux {kernel} maps no BAR (EFAULT): the VMM warns and goes on, and there is no peer-to-peer between devices"));
    }

    private static string Window(HostBridgeWindows windows) => windows.Memory64 is { } high ? $"whose window above 4G has {BinarySize.Format(high.Bytes)}" : "which has no window above 4G";
}
