using Fast.Machines;
using FsCheck.Fluent;

namespace Fast.Tests;

/// <summary>Sizing switches decode as often as the kernels do, whatever the device, and leaves every register as it was.</summary>
public sealed class EnumerationTests
{
    [FsCheck.NUnit.Property(MaxTest = 200)]
    public FsCheck.Property Toggles_follow_the_table_and_registers_keep_their_values() => Prop.ForAll(
        (from bars in Bars(6)
         from vfs in Bars(6)
         from sriov in Gen.Elements(true, false)
         from rom in Gen.Elements(0UL, 65536UL)
         from isBridge in Gen.Elements(true, false)
         from command in Gen.Elements(0u, 2u, 3u, 7u, 0x103u)
         from batched in Gen.Elements(true, false)
         select (bars, vfs, sriov, rom, isBridge, command, batched)).ToArbitrary(),
        one =>
        {
            BarDeclaration[] bars = one.isBridge ? [.. one.bars.Where(bar => bar.Slot + bar.Slots <= 2)] : one.bars;
            PciFunction function = one.isBridge
                ? new PciBridge("00:01.0", [], bars) { RomBytes = one.rom }
                : new PciFunction("00:01.0", bars) { RomBytes = one.rom, Sriov = one.sriov ? new SriovDeclaration(4, one.vfs) : null };
            var pci = new PciHierarchy(function);
            pci.Write(function, 0x04, 2, one.command);
            foreach (var bar in function.Bars) pci.Write(function, bar.Offset, 4, 0xC000_0000);
            var before = Registers(function);
            var recorder = new MapEventRecorder(pci);
            new LinuxEnumeration(pci, one.batched).Scan(pci.RootBus);

            var offs = recorder.Writes.Count(write => write.Offset == 0x04 && (write.Value & 3) == 0 && (write.Value & 0x400) == 0);
            var ons = recorder.Writes.Count(write => write.Offset == 0x04 && (write.Value & 3) != 0 && (write.Value & 0x400) == 0) - 1;
            var n64 = bars.Count(bar => bar.Kind == BarKind.Memory64);
            var vf64 = one.vfs.Count(bar => bar.Kind == BarKind.Memory64);
            var hasVfs = one.sriov && !one.isBridge;
            var expected = (one.command & 3) == 0 ? 0
                : one.batched ? 1
                : (one.isBridge ? 3 : 7) - n64 + (hasVfs ? 6 - vf64 : 0);
            if ((one.command & 3) != 0)
            {
                Assert.That(offs, Is.EqualTo(expected), $"{one}");
                Assert.That(ons, Is.EqualTo(expected), $"{one}");
            }
            else
            {
                Assert.That(recorder.Writes.Count(write => write.Offset == 0x04), Is.EqualTo(2), "the INTx probe alone");
            }

            Assert.That(Registers(function), Is.EqualTo(before));
        });

    [Test]
    public void A_host_bridge_is_sized_with_its_decode_on()
    {
        var bridge = new PciFunction("00:00.0", BarDeclaration.Memory32(0, 4096)) { ClassCode = 0x0600 };
        var pci = new PciHierarchy(bridge);
        pci.Write(bridge, 0x04, 2, 2);
        var recorder = new MapEventRecorder(pci);
        new LinuxEnumeration(pci, isBatched: false).Scan(pci.RootBus);
        Assert.That(recorder.Writes.Where(write => write.Offset == 0x04), Has.All.Matches<ConfigWrite>(write => (write.Value & 2) != 0));
    }

    [Test]
    public void A_64_bit_bar_written_with_decode_on_shows_at_a_place_between_old_and_new()
    {
        var function = new PciFunction("00:01.0", BarDeclaration.Memory64(0, 1UL << 30));
        var pci = new PciHierarchy(function);
        pci.Write(function, 0x10, 4, 0x4000_0000);
        pci.Write(function, 0x14, 4, 1);
        pci.Write(function, 0x04, 2, 2);
        var recorder = new MapEventRecorder(pci);
        pci.Write(function, 0x10, 4, 0x8000_0000);
        pci.Write(function, 0x14, 4, 2);
        Assert.That(recorder.Events.Where(each => each.IsMap).Select(each => each.Mapping.Range.Start), Is.EqualTo(new[] { 0x1_8000_0000UL, 0x2_8000_0000UL }));
    }

    [Test]
    public void A_resizable_bar_takes_the_sizes_that_it_offers()
    {
        var function = new PciFunction("00:01.0", BarDeclaration.Memory64(2, 256UL << 20)) { ResizableBars = [new ResizableBar(2, 0b111u << 12)] };
        var pci = new PciHierarchy(function);
        pci.Write(function, 0x109, 1, 10);
        Assert.That(function.Bars[0].Bytes, Is.EqualTo(1UL << 30));
        pci.Write(function, 0x18, 4, uint.MaxValue);
        Assert.That(pci.Read(function, 0x18, 4), Is.EqualTo(0xC000_000C));
        pci.Write(function, 0x109, 1, 20);
        Assert.That(function.Bars[0].Bytes, Is.EqualTo(1UL << 30), "1 TiB is not offered");
    }

    [Test]
    public void Virtual_functions_decode_by_their_own_enable_and_as_many_as_there_are()
    {
        var function = new PciFunction("00:01.0") { Sriov = new SriovDeclaration(4, BarDeclaration.Memory64(0, 1UL << 30)) };
        var pci = new PciHierarchy(function);
        var bar = function.Bars[0];
        pci.Write(function, bar.Offset + 4, 4, 1);
        pci.Write(function, 0x170, 2, 3);
        Assert.That(pci.Visible, Is.Empty);
        pci.Write(function, 0x168, 2, 9);
        Assert.That(pci.Visible.Single().Range, Is.EqualTo(BusRange.Of(1UL << 32, 3UL << 30)));
        pci.Write(function, 0x04, 2, 0);
        Assert.That(pci.Visible, Has.Count.EqualTo(1));
    }

    internal static FsCheck.Gen<BarDeclaration[]> Bars(int slots) =>
        from kinds in Gen.Choose(0, 3).ArrayOf(slots)
        from sizes in Gen.Choose(12, 30).ArrayOf(slots)
        select Take(kinds, sizes, slots);

    private static BarDeclaration[] Take(int[] kinds, int[] sizes, int slots)
    {
        var bars = new List<BarDeclaration>();
        for (var slot = 0; slot < slots; slot++)
        {
            switch (kinds[slot])
            {
                case 1:
                    bars.Add(BarDeclaration.Memory32(slot, 1UL << sizes[slot]));
                    break;
                case 2 when slot + 1 < slots:
                    bars.Add(BarDeclaration.Memory64(slot, 1UL << (sizes[slot] + 6)));
                    slot++;
                    break;
                case 3:
                    bars.Add(new BarDeclaration(slot, 256, BarKind.IoPorts));
                    break;
                default:
                    break;
            }
        }

        return [.. bars];
    }

    private static uint[] Registers(PciFunction function) => [.. Enumerable.Range(0, 128).Select(dword => function.Read(4 * dword, 4))];
}
