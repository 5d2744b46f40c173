using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tests;

/// <summary>What the path sees of registers: kernel.md, section 9, I-toggle, and section 10, row 60.</summary>
public sealed class EnabledSizingTests
{
    private const ulong G = 1UL << 30;
    private const int Low = 0x10;
    private const int High = 0x14;

    [Test]
    public void Scenario_60_sizing_a_64_bit_BAR_with_decode_on_maps_it_at_a_wrong_lower_address_and_never_at_one_with_bit_63()
    {
        var (pci, function, vmm) = Assigned();
        using (vmm)
        {
            var (maps, unmaps) = (vmm.MapCalls, vmm.UnmapCalls);
            pci.Write(function, Low, 4, 0xFFFF_FFFF);
            Assert.That((vmm.MapCalls - maps, vmm.UnmapCalls - unmaps), Is.EqualTo((1, 1)), "all ones in the low half alone are an address");
            Assert.That(Frame(vmm, (16 * 4 * G) + (3 * G)), Is.Not.Null);
            Assert.That(Frame(vmm, 16 * 4 * G), Is.Null);
            pci.Write(function, Low, 4, 0);
            Assert.That(Frame(vmm, 16 * 4 * G), Is.Not.Null);
            (maps, unmaps) = (vmm.MapCalls, vmm.UnmapCalls);
            pci.Write(function, High, 4, 0xFFFF_FFFF);
            Assert.That((vmm.MapCalls - maps, vmm.UnmapCalls - unmaps), Is.EqualTo((0, 1)), "bit 63 is set: passed over");
            Assert.That(vmm.Mappings, Is.Zero);
            pci.Write(function, High, 4, 16);
            Assert.That((vmm.Mappings, Frame(vmm, 16 * 4 * G)), Is.EqualTo((1, (ulong?)((1UL << 42) >> 12))));
            Assert.That(vmm.Warnings, Is.Empty);
        }
    }

    [TestCase("6.12", 6)]
    [TestCase("6.14", 1)]
    public void I_toggle_sizing_leaves_every_register_as_it_was_and_toggles_as_often_as_the_table_says(string guest, int toggles)
    {
        var (pci, function, vmm) = Assigned();
        using (vmm)
        {
            var before = (pci.Read(function, 0x04, 2), pci.Read(function, Low, 4), pci.Read(function, High, 4));
            var (maps, unmaps) = (vmm.MapCalls, vmm.UnmapCalls);
            new LinuxEnumeration(pci, Knowledge.Default.Behaviours.BatchesSizing(LinuxGuestTraceTests.Version(guest))).Scan(pci.RootBus);
            Assert.That((pci.Read(function, 0x04, 2), pci.Read(function, Low, 4), pci.Read(function, High, 4)), Is.EqualTo(before));
            Assert.That((vmm.MapCalls - maps, vmm.UnmapCalls - unmaps), Is.EqualTo((toggles, toggles)), "7 slots less one for the 64-bit BAR; one in all since sizing is batched");

            pci.Write(function, 0x04, 2, 0);
            var recorder = new MapEventRecorder(pci);
            new LinuxEnumeration(pci, Knowledge.Default.Behaviours.BatchesSizing(LinuxGuestTraceTests.Version(guest))).Scan(pci.RootBus);
            Assert.That(recorder.Writes.Count(write => write.Offset == 0x04 && (write.Value & 3) != 0), Is.Zero, "decode was off: it is never switched on");
        }
    }

    private static (PciHierarchy Pci, PciFunction Function, VfioVmm Vmm) Assigned()
    {
        var function = new PciFunction("01:00.0", BarDeclaration.Memory64(0, G)) { ClassCode = 0x0302 };
        var pci = new PciHierarchy(function);
        var vmm = new VfioVmm(new VfioHost { Kernel = LinuxGuestTraceTests.Version("7.3") }, new VmmSettings());
        vmm.Assign(function, new AssignedBar(function.Bars[0], new PhysicalAddress(1UL << 42)));
        pci.Attach(vmm);
        pci.Write(function, High, 4, 16);
        pci.Write(function, 0x04, 2, 2);
        Assert.That(vmm.Mappings, Is.EqualTo(1));
        return (pci, function, vmm);
    }

    private static ulong? Frame(VfioVmm vmm, ulong iova)
    {
        var address = vmm.Domain.Translate(new Iova(iova));
        return address.IsNone ? null : address.Value >> 12;
    }
}
