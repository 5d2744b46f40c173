using Fast.Linux;
using Fast.Machines;
using FsCheck.Fluent;

namespace Fast.Tests;

/// <summary>How often a BAR is mapped while a guest boots: counted by executing the boot, held to the law that real machines were counted to follow.</summary>
public sealed class MapEventLawTests
{
    private const ulong G = 1UL << 30;
    private const ulong M = 1UL << 20;

    internal static readonly BarDeclaration[] H100 = [BarDeclaration.Memory64(0, 16 * M), BarDeclaration.Memory64(2, 128 * G), BarDeclaration.Memory64(4, 32 * M)];

    [TestCase("6.12", FirmwareKind.SeaBios, 1, 11)]
    [TestCase("6.16", FirmwareKind.SeaBios, 1, 4)]
    [TestCase("6.12", FirmwareKind.Ovmf, 2, 11)]
    public void The_machine_of_the_traces_maps_as_often_as_the_real_one(string kernel, FirmwareKind firmware, int byFirmware, int byKernel)
    {
        var pci = ConfigTrace.Machine();
        var recorder = new MapEventRecorder(pci);
        new GuestBoot { Firmware = firmware, Kernel = LinuxGuestTraceTests.Version(kernel), Windows = HostBridgeWindows.Q35(40), HasDriver = false }.Run(pci);
        var bar = pci.Functions.Single(function => function.Name == "01:00.0").Bars[1];
        Assert.Multiple(() =>
        {
            Assert.That(recorder.MapsOf(bar, MapCause.Firmware), Is.EqualTo(byFirmware));
            Assert.That(recorder.MapsOf(bar) - recorder.MapsOf(bar, MapCause.Firmware), Is.EqualTo(byKernel));
            Assert.That(recorder.UnmapsOf(bar), Is.EqualTo(byFirmware + byKernel - 1));
        });
    }

    [Test]
    public void Ovmf_writes_the_command_registers_of_port_and_device_as_the_real_one()
    {
        var pci = ConfigTrace.Machine();
        var recorder = new MapEventRecorder(pci);
        new Firmware(pci, HostBridgeWindows.Q35(40)).Run(FirmwareKind.Ovmf);
        foreach (var address in new[] { "00:03.0", "01:00.0", "00:1f.2" })
        {
            var real = ConfigTrace.Read("pci-trace-ovmf-6.12.107.txt").TakeWhile(line => line.Value != 0x407)
                .Where(line => line.IsWrite && line.Address == address && line.Offset == 4).Select(line => line.Value);
            Assert.That(recorder.Writes.Where(write => write.Function.Name == address && write.Offset == 4).Select(write => write.Value), Is.EqualTo(real), address);
        }
    }

    /// <summary>Each bridge above costs 5, the device 7 less its 64-bit BARs; with batched sizing 3 and 1.</summary>
    [FsCheck.NUnit.Property(MaxTest = 60)]
    public FsCheck.Property Every_topology_follows_the_law() => Prop.ForAll(
        (from bridges in Gen.Choose(0, 4)
         from n64 in Gen.Choose(1, 3)
         from devices in Gen.Choose(1, 3)
         from empty in Gen.Choose(0, 3)
         from batched in Gen.Elements(true, false)
         from firmware in Gen.Elements(FirmwareKind.SeaBios, FirmwareKind.Ovmf)
         select (bridges, n64, devices, empty, batched, firmware)).ToArbitrary(),
        one =>
        {
            var bars = Enumerable.Range(0, one.n64).Select(i => BarDeclaration.Memory64(2 * i, (1UL + (ulong)i) % 2 * G + G)).ToArray();
            var pci = GuestTopology.Of(Enumerable.Repeat(bars, one.devices), one.bridges, one.empty);
            var recorder = new MapEventRecorder(pci);
            new GuestBoot { Firmware = one.firmware, Kernel = one.batched ? new KernelVersion(6, 14) : new KernelVersion(6, 13) }.Run(pci);
            // OVMF tries the attributes of a device while the bridges above are still off; where there is none, that maps too.
            var byFirmware = one.firmware == FirmwareKind.SeaBios ? 1 : one.bridges == 0 ? 3 : 2;
            var expected = byFirmware + (one.batched ? (3 * one.bridges) + 1 : (5 * one.bridges) + 7 - one.n64);
            var bridges = one.batched ? 3 * one.bridges : 5 * one.bridges;
            foreach (var bar in pci.Functions.Where(function => !function.IsBridge).SelectMany(function => function.Bars))
            {
                Assert.That(recorder.MapsOf(bar), Is.EqualTo(expected), $"{bar}, {one}");
                var byBridges = recorder.MapsOf(bar, MapCause.BridgeSizing) + recorder.MapsOf(bar, MapCause.BridgeWindowProbe) + recorder.MapsOf(bar, MapCause.BridgeWindowRewrite);
                Assert.That(byBridges, Is.EqualTo(bridges), $"{bar}, {one}");
                Assert.That(recorder.MapsOf(bar, MapCause.DriverEnable), Is.Zero, "decode is on already when the driver comes");
                // Only the device's own decode empties the CPU's table: firmware and sizing do, bridges do not.
                Assert.That(recorder.ColdMapsOf(bar), Is.EqualTo(expected - byBridges), $"{bar}, {one}");
            }
        });

    [Test]
    public void Dgx_h100_has_eight_events_per_gpu_in_the_part_that_the_log_covers()
    {
        var pci = GuestTopology.Of(Enumerable.Repeat(H100, 4), bridgesAbove: 1, emptyPorts: 5);
        var recorder = new MapEventRecorder(pci);
        new GuestBoot().Run(pci);
        var gpus = pci.Functions.Where(function => function.Bars64 == 3).ToArray();
        Assert.That(gpus, Has.Length.EqualTo(4));
        Assert.Multiple(() =>
        {
            foreach (var bar in gpus.Select(gpu => gpu.Bars[1]))
            {
                Assert.That(recorder.MapsOf(bar, MapCause.BridgeSizing) + recorder.MapsOf(bar, MapCause.BridgeWindowProbe), Is.EqualTo(4), "on the root port");
                Assert.That(recorder.MapsOf(bar, MapCause.EndpointSizing), Is.EqualTo(4), "on the endpoint");
                Assert.That(recorder.MapsOf(bar, MapCause.BridgeWindowRewrite), Is.EqualTo(1), "after the log");
                Assert.That(recorder.MapsOf(bar, MapCause.Firmware), Is.EqualTo(2), "before the log");
                Assert.That(recorder.MapsOf(bar), Is.EqualTo(11));
            }
        });
    }

    /// <summary>A switch: one root port, one upstream port, a downstream port for each of two devices. Each bridge above costs its events, and what is shared takes both devices along at once.</summary>
    [TestCase("6.12", 5, 4)]
    [TestCase("6.16", 3, 1)]
    public void A_switch_takes_all_devices_behind_it_along(string kernel, int perBridge, int perDevice)
    {
        static PciBridge Port(string name, params PciFunction[] behind) => new(name, behind, BarDeclaration.Memory32(0, 4096)) { IsHotPlug = true };
        var gpus = new[] { new PciFunction("03:00.0", H100) { ClassCode = 0x0302 }, new PciFunction("04:00.0", H100) { ClassCode = 0x0302 } };
        var upstream = Port("01:00.0", Port("02:00.0", gpus[0]), Port("02:01.0", gpus[1]));
        var pci = new PciHierarchy(new PciFunction("00:00.0") { ClassCode = 0x0600 }, Port("00:01.0", upstream));
        var recorder = new MapEventRecorder(pci);
        new GuestBoot { Kernel = LinuxGuestTraceTests.Version(kernel) }.Run(pci);
        foreach (var bar in gpus.SelectMany(gpu => gpu.Bars))
            Assert.That(recorder.MapsOf(bar) - recorder.MapsOf(bar, MapCause.Firmware), Is.EqualTo((3 * perBridge) + perDevice), $"{bar}");

        var before = recorder.Events.Count;
        var command = pci.Read(upstream, 0x04, 2);
        pci.Write(upstream, 0x04, 2, command & ~2u);
        Assert.That(recorder.Events.Skip(before).Select(each => (each.IsMap, each.Mapping.Bar)), Is.EquivalentTo(gpus.SelectMany(gpu => gpu.Bars).Select(bar => (false, bar)).Concat(PortBars(upstream, false))));
        before = recorder.Events.Count;
        pci.Write(upstream, 0x04, 2, command);
        Assert.That(recorder.Events.Skip(before).Select(each => (each.IsMap, each.Mapping.Bar)), Is.EquivalentTo(gpus.SelectMany(gpu => gpu.Bars).Select(bar => (true, bar)).Concat(PortBars(upstream, true))));

        // The ports' own BARs lie behind it too, and its own goes with its decode.
        static IEnumerable<(bool, BarRegister)> PortBars(PciBridge upstream, bool isMap) => upstream.Behind.Append(upstream).SelectMany(port => port.Bars).Select(bar => (isMap, bar));
    }

    /// <summary>The windows that OVMF gave the ports of the DGX H100's guest, as its log prints them.</summary>
    [Test]
    public void Ovmf_places_the_windows_of_the_dgx_h100_log()
    {
        var pci = GuestTopology.Of(Enumerable.Repeat(H100, 4), bridgesAbove: 1, emptyPorts: 6);
        new GuestBoot().Run(pci);
        var log = TestData.Read("dgx-h100-guest-boot-dmesg-4gpu-host6.12.txt").Split('\n').Where(line => line.Contains("64bit pref", StringComparison.Ordinal) && line.Contains("window", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf("[mem ", StringComparison.Ordinal) + 5)..line.IndexOf(" 64bit", StringComparison.Ordinal)]);
        var model = pci.RootBus.OfType<PciBridge>().Select(port => port.PrefetchableWindow.ToString());
        Assert.That(model, Is.EquivalentTo(log));
    }

    [TestCase("6.12")]
    [TestCase("6.16")]
    public void Firmware_that_leaves_decode_off_costs_no_event_until_the_driver_comes(string kernel)
    {
        var pci = GuestTopology.Of([H100]);
        var recorder = new MapEventRecorder(pci);
        new GuestBoot { Kernel = LinuxGuestTraceTests.Version(kernel), LeavesDecodeOff = true }.Run(pci);
        var bar = pci.Functions.Single(function => function.Bars64 == 3).Bars[1];
        Assert.That(recorder.Events.Where(each => each.Mapping.Bar == bar).Select(each => (each.IsMap, each.Cause)), Is.EqualTo(new[] { (true, MapCause.DriverEnable) }));
    }

    [Test]
    public void Hot_plug_maps_once_and_pulling_the_device_unmaps()
    {
        var pci = GuestTopology.Of([H100], emptyPorts: 1);
        var guest = new GuestBoot { Windows = HostBridgeWindows.OvmfDynamic(46) }.Run(pci);
        var recorder = new MapEventRecorder(pci);
        var newcomer = new PciFunction("01:00.0", BarDeclaration.Memory64(0, 8 * G)) { ClassCode = 0x0302 };
        pci.Plug(pci.RootBus.OfType<PciBridge>().First(), newcomer);
        guest.HotPlug(newcomer);
        Assert.That(recorder.Events.Select(each => (each.Mapping.Bar, each.IsMap, each.Cause)), Is.EqualTo(new[] { (newcomer.Bars[0], true, MapCause.DriverEnable) }));
        pci.Unplug(newcomer);
        Assert.That(recorder.UnmapsOf(newcomer.Bars[0]), Is.EqualTo(1));
        Assert.That(pci.Visible.Select(mapping => mapping.Bar), Does.Not.Contain(newcomer.Bars[0]));
    }
}
