using Fast.Lab;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>The register model, given the config writes of real firmware and kernels, does what QEMU did, write by write.</summary>
public sealed class TraceReplayTests
{
    [TestCase("pci-trace-seabios-6.12.107.txt", 12, 11)]
    [TestCase("pci-trace-seabios-6.16.12.txt", 5, 4)]
    [TestCase("pci-trace-ovmf-6.12.107.txt", 13, 12)]
    public void Map_events_of_the_large_bar_are_those_that_were_counted(string trace, int maps, int unmaps)
    {
        var pci = ConfigTrace.Machine();
        var recorder = new MapEventRecorder(pci);
        var byAddress = pci.Functions.ToDictionary(function => function.Name);
        foreach (var line in ConfigTrace.Read(trace).Where(line => line.IsWrite)) Replay(pci, byAddress, line);
        var bar = byAddress["01:00.0"].Bars[1];
        Assert.Multiple(() =>
        {
            Assert.That(recorder.MapsOf(bar), Is.EqualTo(maps));
            Assert.That(recorder.UnmapsOf(bar), Is.EqualTo(unmaps));
        });
    }

    [TestCase("pci-trace-seabios-6.12.107.txt")]
    [TestCase("pci-trace-seabios-6.16.12.txt")]
    [TestCase("pci-trace-ovmf-6.12.107.txt")]
    public void What_each_function_decodes_changes_with_the_same_writes_as_in_qemu(string trace)
    {
        var pci = ConfigTrace.Machine();
        var byAddress = pci.Functions.ToDictionary(function => function.Name);
        var lines = ConfigTrace.Read(trace);
        var compared = 0;
        for (var at = 0; at < lines.Length;)
        {
            var write = lines[at++];
            Assert.That(write.IsWrite, Is.True, $"line {at}");
            var told = new List<string>();
            while (at < lines.Length && !lines[at].IsWrite) told.Add($"{lines[at].Kind} {lines[at].Address} {lines[at++].Rest}");
            // What the chipset does with power management registers of its own is no BAR.
            if (IsChipsetRegister(write)) continue;
            var before = Decoded(byAddress[write.Address]);
            Replay(pci, byAddress, write);
            var after = Decoded(byAddress[write.Address]);
            var done = before.Except(after).Select(bar => $"pci_update_mappings_del {write.Address} {bar}")
                .Concat(after.Except(before).Select(bar => $"pci_update_mappings_add {write.Address} {bar}"));
            Assert.That(done, Is.EquivalentTo(told), $"{trace}, line {at}: {write}");
            compared += told.Count;
        }

        Assert.That(compared, Is.EqualTo(lines.Count(line => !line.IsWrite && line.Address != "00:1f.0")));
    }

    internal static void Replay(PciHierarchy pci, Dictionary<string, PciFunction> byAddress, TraceLine line)
    {
        if (IsChipsetRegister(line)) return;
        var function = byAddress[line.Address];
        pci.Write(function, line.Offset, line.Bytes(function.IsBridge), line.Value);
    }

    private static bool IsChipsetRegister(TraceLine line) => line.IsWrite && line.Offset >= 0x40;

    private static List<string> Decoded(PciFunction function) =>
        [.. function.Bars.Where(bar => bar.Decoded is not null).Select(bar => $"{bar.Slot},0x{bar.Decoded!.Value.Start:x}+0x{bar.Bytes:x}")];
}
