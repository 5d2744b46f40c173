using Fast.Machines;
using FsCheck.Fluent;

namespace Fast.Tests;

/// <summary>Random config writes against a second, plain model of the same registers: what reads back, and which addresses reach which BAR.</summary>
public sealed class IndependentRegisterTests
{
    private static readonly int[] EndpointOffsets = [0x04, 0x10, 0x14, 0x18, 0x1C, 0x20, 0x24, 0x30];
    private static readonly int[] BridgeOffsets = [0x04, 0x10, 0x20, 0x22, 0x24, 0x26, 0x28, 0x2C];

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public FsCheck.Property Registers_and_visibility_agree() => Prop.ForAll(
        (from bars in EnumerationTests.Bars(6)
         from depth in Gen.Choose(0, 2)
         from writes in (from target in Gen.Choose(0, depth)
                         from register in Gen.Choose(0, 7)
                         from bytes in Gen.Elements(1, 2, 4)
                         from value in Gen.OneOf(Gen.Elements(0u, 1u, 2u, 7u, 0xFFFFu, uint.MaxValue), Gen.Choose(0, 0xFFFF).Select(high => (uint)high << 16))
                         select (target, register, bytes, value)).ListOf(40)
         select (bars, depth, writes)).ToArbitrary(),
        one =>
        {
            var endpoint = new PciFunction("endpoint", one.bars);
            var chain = new List<PciFunction> { endpoint };
            for (var i = 0; i < one.depth; i++) chain.Add(new PciBridge($"bridge{i}", [chain[^1]]));
            var plain = chain.Select(function => new PlainRegisters(function.IsBridge, one.bars)).ToArray();
            var pci = new PciHierarchy(chain[^1]);
            foreach (var (target, register, bytes, value) in one.writes)
            {
                var offset = (target == 0 ? EndpointOffsets : BridgeOffsets)[register];
                pci.Write(chain[target], offset, bytes, value);
                plain[target].Write(offset, bytes, value);
                for (var dword = 0; dword < 16; dword++)
                    Assert.That(chain[target].Read(4 * dword, 4) & PlainRegisters.Modelled(chain[target].IsBridge, 4 * dword), Is.EqualTo(plain[target].Read(4 * dword)), $"register 0x{4 * dword:x} after {offset:x} <- {value:x}");
                foreach (var bar in endpoint.Bars.Where(bar => bar.Kind != BarKind.IoPorts))
                {
                    foreach (var probe in new[] { 0UL, bar.Bytes / 2, bar.Bytes - 1 })
                    {
                        var address = bar.Address + probe;
                        var visible = pci.Visible.Any(mapping => mapping.Bar == bar && mapping.Range.Contains(BusRange.Of(address, 1)));
                        Assert.That(visible, Is.EqualTo(plain[0].Decodes(bar.Slot, address) && plain.Skip(1).All(bridge => bridge.Forwards(address))), $"0x{address:x} of {bar}");
                    }
                }
            }
        });

    /// <summary>Registers as 32-bit words with one rule each, written from the specification and not from the model.</summary>
    private sealed class PlainRegisters(bool isBridge, BarDeclaration[] bars)
    {
        private readonly uint[] _words = new uint[16];

        public void Write(int offset, int bytes, uint value)
        {
            for (var i = 0; i < bytes; i++)
            {
                var (word, shift) = ((offset + i) / 4, 8 * ((offset + i) % 4));
                var lane = 0xFFu << shift;
                var merged = (_words[word] & ~lane) | (((value >> (8 * i)) & 0xFF) << shift);
                _words[word] = (merged & Writable(4 * word)) | (_words[word] & ~Writable(4 * word));
            }
        }

        public uint Read(int offset) => (_words[offset / 4] & Writable(offset)) | Fixed(offset);

        public bool Decodes(int slot, ulong address)
        {
            var bar = bars.Single(one => one.Slot == slot);
            if ((_words[1] & 2) == 0) return false;
            ulong start = Read(0x10 + (4 * slot)) & ~0xFu;
            if (bar.Kind == BarKind.Memory64) start += (ulong)Read(0x14 + (4 * slot)) << 32;
            if (start == 0 || start > ulong.MaxValue - bar.Bytes) return false;
            var end = start + bar.Bytes;
            if (bar.Kind == BarKind.Memory32 && end >= 1UL << 32) return false;
            return address >= start && address < end;
        }

        public bool Forwards(ulong address)
        {
            if ((_words[1] & 2) == 0) return false;
            var memory = (Base: (ulong)(_words[8] & 0xFFF0) << 16, Limit: ((ulong)(_words[8] >> 20) << 20) + 0xFFFFF);
            var prefetchable = (Base: ((ulong)_words[10] << 32) + ((_words[9] & 0xFFF0) << 16), Limit: ((ulong)_words[11] << 32) + ((ulong)(_words[9] >> 20) << 20) + 0xFFFFF);
            return (address >= memory.Base && address <= memory.Limit) || (address >= prefetchable.Base && address <= prefetchable.Limit);
        }

        /// <summary>What this model has an opinion about.</summary>
        public static uint Modelled(bool isBridge, int offset) => offset switch
        {
            0x04 => 0x0547,
            >= 0x10 and <= 0x24 when !isBridge => uint.MaxValue,
            0x20 or 0x24 or 0x28 or 0x2C => uint.MaxValue,
            _ => 0,
        };

        private uint Writable(int offset)
        {
            if (offset == 0x04) return 0x0547;
            if (isBridge) return offset is 0x20 or 0x24 ? 0xFFF0FFF0 : offset is 0x28 or 0x2C ? uint.MaxValue : 0;
            foreach (var bar in bars)
            {
                var first = 0x10 + (4 * bar.Slot);
                if (offset == first) return bar.Kind == BarKind.IoPorts ? ~3u & (uint)-(long)bar.Bytes : ~15u & (uint)-(long)bar.Bytes;
                if (offset == first + 4 && bar.Kind == BarKind.Memory64) return (uint)((ulong)-(long)bar.Bytes >> 32);
            }

            return 0;
        }

        private uint Fixed(int offset)
        {
            if (isBridge) return offset == 0x24 ? 0x10001u : 0;
            foreach (var bar in bars)
            {
                if (offset == 0x10 + (4 * bar.Slot)) return bar.Kind switch { BarKind.IoPorts => 1, BarKind.Memory64 => 12, _ => 0 };
            }

            return 0;
        }
    }
}
