using Fast.Machines;
using static Fast.Tests.FitMachines;

namespace Fast.Tests;

/// <summary>The rules of QEMU and OVMF, one by one.</summary>
public sealed class GuestAddressSpaceTests
{
    private static FitRequest Empty(ulong ram = 4 * G) => new() { Devices = [], RamBytes = ram };

    // Bits, CPU, X-PciMmio64Mb (0: none), memory in GiB: window.
    [TestCase(46, CpuVendor.Intel, 0UL, 4UL, 56 * T, 8 * T, TestName = "The top eighth")]
    [TestCase(52, CpuVendor.Intel, 0UL, 4UL, 56 * T, 8 * T, TestName = "46 bits at most")]
    [TestCase(39, CpuVendor.Intel, 0UL, 4UL, 448 * G, 64 * G, TestName = "39 bits of Intel are believed")]
    [TestCase(40, CpuVendor.Intel, 0UL, 4UL, 32 * G, 32 * G, TestName = "40 bits of Intel are QEMU's")]
    [TestCase(39, CpuVendor.Amd, 0UL, 4UL, 32 * G, 32 * G, TestName = "39 bits of AMD are nobody's")]
    [TestCase(40, CpuVendor.Amd, 0UL, 4UL, 768 * G, 128 * G, TestName = "40 bits of AMD, moved below HyperTransport")]
    [TestCase(46, CpuVendor.Intel, 262_144UL, 4UL, 56 * T, 8 * T, TestName = "X-PciMmio64Mb is a minimum")]
    [TestCase(46, CpuVendor.Intel, 16_777_216UL, 4UL, 16 * T, 16 * T, TestName = "X-PciMmio64Mb above the eighth is taken, aligned to itself")]
    [TestCase(46, CpuVendor.Intel, 8_388_608UL, 4UL, 8 * T, 8 * T, TestName = "As large as the eighth is not less")]
    [TestCase(40, CpuVendor.Intel, 262_144UL, 300UL, 512 * G, 256 * G, TestName = "The classic window lies above memory, aligned to itself")]
    [TestCase(40, CpuVendor.Intel, 393_216UL, 300UL, 512 * G, 384 * G, TestName = "An odd size is aligned to the power of two below")]
    [TestCase(41, CpuVendor.Intel, 0UL, 1_800UL, 1_824 * G, 32 * G, TestName = "Memory that reaches into the eighth leaves the classic window")]
    public void OVMF_opens(int bits, CpuVendor cpu, ulong megabytes, ulong ram, ulong start, ulong bytes)
    {
        var space = GuestAddressSpace.Of(Empty(ram * G) with { PhysicalBits = bits, Cpu = cpu, Mmio64Megabytes = megabytes == 0 ? null : megabytes });
        Assert.That(space.Firmware.Memory64, Is.EqualTo(BusRange.Of(start, bytes)), string.Join('\n', space.Steps));
    }

    [TestCase(2UL, 2 * G, 0UL)]
    [TestCase(3UL, 2 * G, G)]
    [TestCase(256UL, 2 * G, 254 * G)]
    public void Memory_leaves_2_GiB_below_4_GiB_where_it_is_more(ulong ram, ulong low, ulong high)
    {
        var space = GuestAddressSpace.Of(Empty(ram * G));
        Assert.That((space.LowRam.Bytes, space.HighRam?.Bytes ?? 0), Is.EqualTo((low, high)));
        Assert.That(space.EndOfRam, Is.EqualTo((4 * G) + high));
    }

    [Test]
    public void Memory_that_would_reach_HyperTransport_moves_above_1_TiB()
    {
        var request = Empty(1000 * G) with { Cpu = CpuVendor.Amd, PhysicalBits = 48 };
        Assert.Multiple(() =>
        {
            Assert.That(GuestAddressSpace.Of(request).HighRam!.Value.Start, Is.EqualTo(T));
            Assert.That(GuestAddressSpace.Of(request with { RamBytes = 900 * G }).HighRam!.Value.Start, Is.EqualTo(4 * G));
            Assert.That(GuestAddressSpace.Of(request with { RamBytes = 981 * G }).HighRam!.Value.Start, Is.EqualTo(T), "the hole counts too");
            Assert.That(GuestAddressSpace.Of(request with { Cpu = CpuVendor.Intel }).HighRam!.Value.Start, Is.EqualTo(4 * G));
            Assert.That(GuestAddressSpace.Of(request with { AvoidsHyperTransport = false }).HighRam!.Value.Start, Is.EqualTo(4 * G));
            Assert.That(GuestAddressSpace.Of(request with { PhysicalBits = 40 }).Refusal, Does.Contain("phys-bits too low (40)"));
            Assert.That(GuestAddressSpace.Of(request with { PhysicalBits = 41 }).Refusal, Does.Contain("phys-bits too low (41)"), "memory and hole end beyond 2T");
            Assert.That(GuestAddressSpace.Of(request with { PhysicalBits = 42 }).Refusal, Is.Null);
        });
    }

    [Test]
    public void A_BAR_in_HyperTransport_is_found_out()
    {
        var result = Fitter.Place(Empty(800 * G) with { Devices = Alike(1, 128 * G), Cpu = CpuVendor.Amd, PhysicalBits = 41, Window = WindowRule.SeaBios, Bridges = 0 });
        Assert.That(result.Devices[0].Bars[0].Range, Is.EqualTo(BusRange.Of(896 * G, 128 * G)));
        Assert.That(FitFindings.Of(result, [], []).Select(finding => finding.Id), Has.Some.EqualTo("hyper-transport"));
    }

    [Test]
    public void What_lies_beyond_the_bits_is_of_no_use_to_the_kernel()
    {
        var result = Fitter.Place(Empty() with { Devices = Alike(1, 256 * G), PhysicalBits = 40, Mmio64Megabytes = 2_097_152 });
        Assert.Multiple(() =>
        {
            Assert.That(result.Space.Firmware.Memory64, Is.EqualTo(BusRange.Of(2 * T, 2 * T)));
            Assert.That(result.Space.Kernel.Memory64, Is.Null);
            Assert.That(result.Devices[0].Bars[0].Range, Is.Null);
            Assert.That(FitWhy.Of(result, result.Devices[0], result.Devices[0].Bars[0]), Does.Contain("has no window above 4G"));
        });
    }

    [Test]
    public void Spare_ports_keep_a_256th_of_OVMFs_window()
    {
        foreach (var (bits, reserve) in new[] { (46, 32 * G), (43, 4 * G), (41, G) })
            Assert.That(GuestAddressSpace.Of(Empty() with { PhysicalBits = bits }).PortReserve, Is.EqualTo(reserve), $"{bits} bits");
    }
}
