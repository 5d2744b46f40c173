using System.Buffers.Binary;
using Fast.Host;
using Fast.PageTables;

namespace Fast.Tests.Images;

/// <summary>Walks over images, against a plain reading of the same bytes.</summary>
public sealed class ImageWalkTests
{
    private const int Top = 3;

    [Test]
    public void Every_format_that_is_declared_can_be_read() =>
        Assert.That(ImageWalkers.All.Select(walker => walker.Facts.Name), Is.EqualTo(HardwareFormats.All.Select(format => format.Name).Order(StringComparer.Ordinal)));

    [Test]
    public void A_million_pages_are_where_a_plain_reading_finds_them()
    {
        const int Pages = 1_050_000;
        var tables = new PlainTables(0x4000_0000);
        var random = new Random(7);
        var expected = new List<(ulong Va, ulong Address, int Shift, ulong Flags)>();
        foreach (var start in new ulong[] { 0, 0x7f12_3450_0000, 0xffff_8880_0000_0000, 0xffff_ffff_ffff_f000 - (1UL << 30) })
        {
            var va = start;
            var address = 0x1_0000_0000UL;
            for (var i = 0; i < Pages / 4; i++, va += 4096, address += 4096)
            {
                if (random.Next(50) == 0) address += (ulong)random.Next(1, 1000) << 12;
                if (random.Next(80) == 0) continue;
                var flags = random.Next(200) == 0 ? 5UL : 7UL;
                tables.Set(va, address, level: 0, flags);
                expected.Add((va, address, 12, flags));
            }
        }

        foreach (var (va, level) in new (ulong, int)[] { (0x6000_0000_0000, 2), (0x6000_4000_0000, 2), (0x6000_8000_0000, 1), (0x6000_8020_0000, 1), (0x6000_8060_0000, 1) })
        {
            tables.Set(va, va - 0x6000_0000_0000 + 0x80_0000_0000, level, 7 | 1UL << 63);
            expected.Add((va, va - 0x6000_0000_0000 + 0x80_0000_0000, 12 + (9 * level), 7 | 1UL << 63));
        }

        expected.Sort();
        // With holes in physical memory between the segments, in an order that is not that of the addresses.
        using var file = ImageFile.Core([.. tables.Segments(pieces: 9).Reverse()], [(1UL << 31, tables.Root, 0)]);
        using var image = MemoryImage.Open(file.Path);
        var walker = ImageWalkers.Find("x86-64-4l")!;
        var found = new List<Run>();
        var budget = new TableBudget(1 << 20);
        walker.ReadRuns(image.Memory, tables.Root, walker.WholeRange, ref budget, new Run[100], new ListSink(found));

        Assert.That(found, Is.EqualTo(PlainRuns(expected)));
        Assert.That(found.Sum(run => (long)run.Pages), Is.GreaterThan(1_000_000));
        Assert.That((budget.IsExceeded, budget.NotBacked), Is.EqualTo((false, 0UL)));
        var leaves = walker.CountLeafSizes(image.Memory, tables.Root, walker.WholeRange, ref budget);
        Assert.That(leaves.ToString(), Is.EqualTo($"2 x 1G + 3 x 2M + {expected.Count - 5} x 4K"));
    }

    [Test]
    public void Nothing_is_allocated_in_a_walk()
    {
        var tables = new PlainTables(0);
        for (var i = 0UL; i < 5000; i++) tables.Set(0x7f00_0000_0000 + (i << 12), (i * 7 % 5000) << 12, level: 0, 7);
        using var file = ImageFile.Core([.. tables.Segments(pieces: 3)]);
        using var image = MemoryImage.Open(file.Path);
        foreach (var id in new[] { "x86-64-4l", "ept-4l", "armv8-s1-4k", "xen-p2m-ept", "nvidia-v2" })
        {
            var walker = ImageWalkers.Find(id)!;
            var (buffer, areas, memory) = (new Run[64], new AreaCollector(50), image.Memory);
            Walk();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Walk();
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero, id);

            void Walk()
            {
                var budget = new TableBudget(20_000);
                walker.ReadRuns(memory, tables.Root, walker.WholeRange, ref budget, buffer, areas);
                walker.CountLeafSizes(memory, tables.Root, walker.WholeRange, ref budget);
            }
        }
    }

    [Test]
    public void Areas_are_runs_without_a_hole_and_with_the_same_permissions()
    {
        var areas = new AreaCollector(2);
        areas.Take([new Run(new Iova(0x1000), new Pfn(5), 2, Permissions.Read), new Run(new Iova(0x3000), new Pfn(9), 1, Permissions.Read), new Run(new Iova(0x4000), new Pfn(10), 1, Permissions.ReadWrite)]);
        areas.Take([new Run(new Iova(0x5000), new Pfn(1), 1, Permissions.ReadWrite), new Run(new Iova(0xffff_ffff_ffff_f000), new Pfn(1), 1, Permissions.ReadWrite)]);
        Assert.That((areas.Count, areas.Runs, areas.Pages), Is.EqualTo((3UL, 5UL, 6UL)));
        Assert.That(areas.Kept.ToArray().Select(area => (area.Start.Value, area.Last.Value, area.Runs)), Is.EqualTo(new[] { (0x1000UL, 0x3fffUL, 2UL), (0x4000UL, 0x5fffUL, 2UL) }));
    }

    private static List<Run> PlainRuns(List<(ulong Va, ulong Address, int Shift, ulong Flags)> pages)
    {
        var runs = new List<Run>();
        foreach (var (va, address, shift, flags) in pages)
        {
            var permissions = Permissions.Read | Permissions.User | ((flags & 2) != 0 ? Permissions.Write : 0) | ((flags >> 63) == 0 ? Permissions.Execute : 0);
            // Tables of the upper half are user's too: these images say so at every level.
            var next = new Run(new Iova(va), new Pfn(address >> 12), 1UL << (shift - 12), permissions);
            if (runs.Count != 0 && runs[^1] is var last && last.Last.Value + 1 == va && last.Pfn + last.Pages == next.Pfn && last.Permissions == permissions)
                runs[^1] = new Run(last.Start, last.Pfn, last.Pages + next.Pages, permissions);
            else
                runs.Add(next);
        }

        return runs;
    }

    private sealed class ListSink(List<Run> runs) : IRunSink
    {
        public void Take(ReadOnlySpan<Run> more) => runs.AddRange(more);
    }

    /// <summary>x86-64 tables written word by word.</summary>
    private sealed class PlainTables
    {
        private readonly Dictionary<ulong, byte[]> _tables = [];
        private ulong _next;

        public PlainTables(ulong start)
        {
            _next = start;
            Root = Add();
        }

        public ulong Root { get; }

        public void Set(ulong va, ulong address, int level, ulong flags)
        {
            var table = Root;
            for (var above = Top; above > level; above--)
            {
                var slot = Slot(table, above, va);
                if ((BinaryPrimitives.ReadUInt64LittleEndian(slot) & 1) == 0) BinaryPrimitives.WriteUInt64LittleEndian(slot, Add() | 7);
                table = BinaryPrimitives.ReadUInt64LittleEndian(Slot(table, above, va)) & 0x000f_ffff_ffff_f000;
            }

            BinaryPrimitives.WriteUInt64LittleEndian(Slot(table, level, va), address | flags | (level == 0 ? 0 : 0x80UL));
        }

        /// <summary>The tables in stretches of about the same size.</summary>
        public IEnumerable<(ulong Address, byte[] Bytes)> Segments(int pieces) =>
            _tables.OrderBy(table => table.Key).Chunk((_tables.Count + pieces - 1) / pieces).Select(chunk => (chunk[0].Key, Joined(chunk)));

        private static byte[] Joined(KeyValuePair<ulong, byte[]>[] tables)
        {
            var bytes = new byte[tables.Length * 4096];
            for (var i = 0; i < tables.Length; i++) tables[i].Value.CopyTo(bytes, i * 4096);
            return bytes;
        }

        private ulong Add()
        {
            var address = _next;
            _tables.Add(address, new byte[4096]);
            _next += 4096;
            return address;
        }

        private Span<byte> Slot(ulong table, int level, ulong va) => _tables[table].AsSpan((int)(va >> (12 + (9 * level)) & 511) * 8, 8);
    }
}
