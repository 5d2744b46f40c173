using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>The Azure case of the pci-hyperv patch: eight map events per GPU before, one after.</summary>
public sealed class HyperVBusTests
{
    private const ulong G = 1UL << 30;
    private static readonly KernelVersion Old = new(5, 17);
    private static readonly KernelVersion Batched = new(6, 14);

    private static PciFunction Gpu(int n64)
    {
        BarDeclaration[] bars = [BarDeclaration.Memory64(0, 128 * G), BarDeclaration.Memory64(2, 32 << 20), BarDeclaration.Memory64(4, 16 << 20)];
        return n64 == 0 ? New([BarDeclaration.Memory32(0, 16 << 20)]) : New(bars[..n64]);

        static PciFunction New(BarDeclaration[] bars) => new("0001:00:00.0", bars) { ClassCode = 0x0302, IgnoresBarWritesWhileDecoding = true };
    }

    private static (MapEventRecorder Recorder, HyperVBus Bus, PciFunction Gpu) Boot(int n64, KernelVersion kernel, PrepopulateBars prepopulate, bool hasDriver = true)
    {
        var gpu = Gpu(n64);
        var pci = new PciHierarchy(gpu);
        var recorder = new MapEventRecorder(pci);
        var bus = new HyperVBus(pci, kernel, prepopulate);
        bus.Probe(hasDriver);
        return (recorder, bus, gpu);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Before_the_patch_eight_events_whatever_the_number_of_64_bit_bars(int n64)
    {
        var (recorder, _, gpu) = Boot(n64, Old, PrepopulateBars.SetsMemory);
        foreach (var bar in gpu.Bars)
        {
            Assert.Multiple(() =>
            {
                Assert.That(recorder.MapsOf(bar, MapCause.HypervisorBus), Is.EqualTo(1));
                Assert.That(recorder.MapsOf(bar, MapCause.EndpointSizing), Is.EqualTo(7 - n64));
                Assert.That(recorder.MapsOf(bar, MapCause.EndpointRewrite), Is.EqualTo(n64));
                Assert.That(recorder.MapsOf(bar, MapCause.DriverEnable), Is.Zero);
                Assert.That(recorder.MapsOf(bar), Is.EqualTo(8));
            });
        }
    }

    [TestCase(1)]
    [TestCase(3)]
    public void With_batched_sizing_but_without_the_patch_two_and_one_for_each_64_bit_bar(int n64)
    {
        var (recorder, _, gpu) = Boot(n64, Batched, PrepopulateBars.SetsMemory);
        Assert.That(recorder.MapsOf(gpu.Bars[0]), Is.EqualTo(2 + n64));
    }

    [TestCase(0)]
    [TestCase(3)]
    public void After_the_patch_one_event_at_the_drivers_enable(int n64)
    {
        var (recorder, _, gpu) = Boot(n64, Old, PrepopulateBars.LeavesMemoryOff);
        Assert.That(recorder.Events.Where(each => each.Mapping.Bar == gpu.Bars[0]).Select(each => (each.IsMap, each.Cause)), Is.EqualTo(new[] { (true, MapCause.DriverEnable) }));
    }

    [Test]
    public void A_device_without_a_driver_is_never_mapped_after_the_patch()
    {
        Assert.That(Boot(3, Old, PrepopulateBars.LeavesMemoryOff, hasDriver: false).Recorder.Events, Is.Empty);
        Assert.That(Boot(3, Old, PrepopulateBars.SetsMemory, hasDriver: false).Recorder.Events, Is.Not.Empty);
    }

    [Test]
    public void Ejection_unmaps_before_the_function_goes()
    {
        var (recorder, bus, gpu) = Boot(3, Old, PrepopulateBars.LeavesMemoryOff);
        bus.Eject(gpu);
        var last = recorder.Events.Where(each => each.Mapping.Bar == gpu.Bars[0]).ToArray()[^1];
        Assert.That((last.IsMap, last.Cause, last.Write.Offset), Is.EqualTo((false, MapCause.Removal, 0x04)));
    }

    [Test]
    public void Resuming_writes_bars_that_the_host_would_ignore_with_decode_on()
    {
        var (recorder, bus, gpu) = Boot(3, Old, PrepopulateBars.LeavesMemoryOff);
        var before = gpu.Bars.Select(bar => bar.Address).ToArray();
        var unmaps = recorder.UnmapsOf(gpu.Bars[0]);
        bus.Resume();
        Assert.That(gpu.Bars.Select(bar => bar.Address), Is.EqualTo(before));
        Assert.That(gpu.DecodesMemory, Is.False);
        Assert.That(recorder.UnmapsOf(gpu.Bars[0]), Is.EqualTo(unmaps + 1));
    }

    [Test]
    public void The_host_ignores_a_bar_write_while_decode_is_on()
    {
        var gpu = Gpu(3);
        var pci = new PciHierarchy(gpu);
        pci.Write(gpu, 0x04, 2, 2);
        pci.Write(gpu, 0x14, 4, 0x100);
        Assert.That(pci.Read(gpu, 0x14, 4), Is.Zero);
    }
}
