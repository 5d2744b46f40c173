using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>The guest model writes the registers that decide about map events as real kernels did, in the same order with the same values.</summary>
public sealed class LinuxGuestTraceTests
{
    private static readonly int[] BridgeRegisters = [0x04, 0x10, 0x14, 0x1C, 0x1D, 0x20, 0x22, 0x24, 0x26, 0x28, 0x2C, 0x30, 0x32, 0x38];

    // What the kernels wrote after the boot, when the machine was shut down.
    [TestCase("pci-trace-seabios-6.12.107.txt", "6.12", 0x503u, "00:03.0 @0x4 <- 0x107")]
    [TestCase("pci-trace-seabios-6.16.12.txt", "6.16", 0x503u, "00:03.0 @0x4 <- 0x107")]
    [TestCase("pci-trace-ovmf-6.12.107.txt", "6.12", 0x407u, "01:00.0 @0x4 <- 0x3, 00:03.0 @0x4 <- 0x7")]
    public void A_boot_writes_command_bar_and_window_registers_as_the_real_one(string trace, string kernel, uint firstCommand, string shutdown)
    {
        var pci = ConfigTrace.Machine();
        var byAddress = pci.Functions.ToDictionary(function => function.Name);
        var lines = ConfigTrace.Read(trace).Where(line => line.IsWrite).ToArray();
        // The kernel's first write tries the INTx bit of the host bridge; all before is the firmware's.
        var start = Array.FindIndex(lines, line => line is { Address: "00:00.0", Offset: 0x04 } && line.Value == firstCommand);
        foreach (var line in lines.AsSpan(0, start)) TraceReplayTests.Replay(pci, byAddress, line);
        var real = lines.Skip(start).Where(line => Matters(byAddress[line.Address], line.Offset)).Select(line => $"{line.Address} @0x{line.Offset:x} <- 0x{line.Value:x}").ToArray();

        var recorder = new MapEventRecorder(pci);
        var guest = new LinuxGuest(pci, Version(kernel), HostBridgeWindows.Q35(physicalBits: 40));
        guest.Boot();
        var modelled = recorder.Writes.Where(write => Matters(write.Function, write.Offset)).Select(write => write.ToString()).ToArray();

        Assert.That(string.Join('\n', modelled), Is.EqualTo(string.Join('\n', real.SkipLast(shutdown.Split(',').Length))));
        Assert.That(string.Join(", ", real.TakeLast(shutdown.Split(',').Length)), Is.EqualTo(shutdown));
        Assert.That(guest.Unplaced, Is.Empty);
    }

    internal static KernelVersion Version(string text) => KernelVersion.TryParse(text, out var version, out var error) ? version : throw new ArgumentException(error);

    private static bool Matters(PciFunction function, int offset) =>
        function.IsBridge ? BridgeRegisters.Contains(offset) : offset == 0x04 || offset is >= 0x10 and <= 0x24 or 0x30;
}
