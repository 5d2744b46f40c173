using Fast.Lab;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>Traces of real guests, replayed in the lab's hierarchy, and the model's boot of the same guest.</summary>
public sealed class EventGuestTests
{
    // Counted on these traces: docs/lab.md.
    [TestCase("pci-trace-seabios-6.12.107.txt", FirmwareKind.SeaBios, 1, 0, 11, 11)]
    [TestCase("pci-trace-seabios-6.16.12.txt", FirmwareKind.SeaBios, 1, 0, 4, 4)]
    [TestCase("pci-trace-ovmf-6.12.107.txt", FirmwareKind.Ovmf, 2, 1, 11, 11)]
    public void A_trace_is_divided_between_firmware_and_kernel(string trace, FirmwareKind firmware, int maps, int unmaps, int kernelMaps, int kernelUnmaps)
    {
        var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", trace)).Select(TraceLine.Parse);
        Assert.That(new EventGuest(firmware, 1).Replay(lines), Is.EqualTo(new EventCounts(maps, unmaps, kernelMaps, kernelUnmaps)));
    }

    [TestCase("6.12", FirmwareKind.SeaBios, 1, 0, 11, 11)]
    [TestCase("6.16", FirmwareKind.SeaBios, 1, 0, 4, 4)]
    [TestCase("6.12", FirmwareKind.Ovmf, 2, 1, 11, 11)]
    public void The_model_boots_the_same_guest(string kernel, FirmwareKind firmware, int maps, int unmaps, int kernelMaps, int kernelUnmaps)
    {
        Assert.That(Fast.Linux.KernelVersion.TryParse(kernel, out var version, out _), Is.True);
        Assert.That(new EventGuest(firmware, 1).Model(version), Is.EqualTo(new EventCounts(maps, unmaps, kernelMaps, kernelUnmaps)));
    }

    [Test]
    public void A_trace_without_a_kernel_is_refused() =>
        Assert.That(() => new EventGuest(FirmwareKind.SeaBios, 1).Replay([TraceLine.Parse("pci_cfg_write mch 00:00.0 @0x4 <- 0x103")]), Throws.TypeOf<LabException>());
}
