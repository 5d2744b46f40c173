using System.Runtime.CompilerServices;

namespace Fast.PageTables.Tests.Tables;

public sealed class TableMemoryTests
{
    [Test]
    public void A_span_backs_exactly_its_bytes()
    {
        var bytes = new byte[0x2000];
        bytes[0x1000] = 7;
        var memory = new SpanMemory(bytes, physicalBase: 0x10000);
        Assert.That(memory.Table(0x11000, 0x1000), Is.EqualTo(7));
        foreach (var (address, length, backed) in new (ulong, nuint, bool)[]
        {
            (0x10000, 0x1000, true), (0x10000, 0x2000, true), (0x10000, 0x2001, false), (0x11000, 0x1000, true), (0x11001, 0x1000, false),
            (0x12000, 1, false), (0x12000, 0x1000, false), (0xF000, 0x1000, false), (0, 0x1000, false), (~0xFFFUL, 0x1000, false), (~0UL, 1, false),
        })
        {
            Assert.That(Unsafe.IsNullRef(ref memory.Table(address, length)), Is.EqualTo(!backed), $"{length} bytes at 0x{address:x}");
        }
    }

    [Test]
    public void An_empty_span_backs_nothing() => Assert.That(Unsafe.IsNullRef(ref new SpanMemory([]).Table(0, 8)), Is.True);

    [Test]
    public void Segments_back_what_lies_in_one_of_them()
    {
        var memory = new SegmentedMemory(
        [
            new(0x30000, Filled(0x1000, 3)),
            new(0x10000, Filled(0x2000, 1)),
            new(0x12000, Filled(0x1000, 2)),
            new(0x20000, Array.Empty<byte>()),
        ]);
        foreach (var (address, length, value) in new (ulong, nuint, byte)[]
        {
            (0x10000, 0x1000, 1), (0x11000, 0x1000, 1), (0x12000, 0x1000, 2), (0x30000, 0x1000, 3), (0x30FF8, 8, 3),
            (0xFFFF, 1, 0), (0x13000, 8, 0), (0x20000, 8, 0), (0x31000, 8, 0), (0x2FFF8, 0x10, 0), (0, 8, 0), (~7UL, 8, 0),
        })
        {
            ref var found = ref memory.Table(address, length);
            Assert.That(Unsafe.IsNullRef(ref found) ? (byte)0 : found, Is.EqualTo(value), $"{length} bytes at 0x{address:x}");
        }
    }

    [Test]
    public void A_table_that_straddles_two_segments_is_not_backed()
    {
        var memory = new SegmentedMemory([new(0x10000, Filled(0x1000, 1)), new(0x11000, Filled(0x1000, 2))]);
        Assert.That(Unsafe.IsNullRef(ref memory.Table(0x10800, 0x1000)), Is.True);
        Assert.That(Unsafe.IsNullRef(ref memory.Table(0x10000, 0x2000)), Is.True);
    }

    [Test]
    public void Segments_may_lie_anywhere_in_64_bits()
    {
        var memory = new SegmentedMemory(
        [
            new(0, Filled(0x1000, 1)),
            new(3UL << 30, Filled(0x1000, 2)),
            new(1UL << 40, Filled(0x1000, 3)),
            new(~0xFFFUL, Filled(0x1000, 4)),
        ]);
        Assert.That(memory.Table(0, 0x1000), Is.EqualTo(1));
        Assert.That(memory.Table(3UL << 30, 0x1000), Is.EqualTo(2));
        Assert.That(memory.Table(1UL << 40, 0x1000), Is.EqualTo(3));
        Assert.That(memory.Table(~0xFFFUL, 0x1000), Is.EqualTo(4));
        Assert.That(Unsafe.IsNullRef(ref memory.Table(1UL << 31, 0x1000)), Is.True);
    }

    [Test]
    public void Segments_that_overlap_are_refused() => Assert.That(
        () => new SegmentedMemory([new(0x10000, new byte[0x1001]), new(0x11000, new byte[0x1000])]),
        Throws.ArgumentException.With.Message.Contains("segments at 0x10000 and 0x11000 overlap"));

    [Test]
    public void A_segment_that_wraps_is_refused() => Assert.That(
        () => new SegmentedMemory([new(~0xFFFUL, new byte[0x1001])]),
        Throws.ArgumentException.With.Message.Contains("segment at 0xfffffffffffff000 wraps at 2^64"));

    [Test]
    public void Leaf_counts_add_up_and_compare_by_level()
    {
        LeafCounts a = default, b = default;
        (a[0], a[2]) = (5, 1);
        (b[0], b[5]) = (1, 2);
        a.Add(b);
        Assert.That(a.Total, Is.EqualTo(9));
        Assert.That(a.ToString(), Is.EqualTo("6/0/1/0/0/2"));
        Assert.That(a == b, Is.False);
        Assert.That(a != b, Is.True);
        b[0] = 6;
        b[2] = 1;
        Assert.That(a.Equals((object)b), Is.True);
        Assert.That(a.GetHashCode(), Is.EqualTo(b.GetHashCode()));
        Assert.That(a.Equals("6"), Is.False);
    }

    private static byte[] Filled(int length, byte value)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, value);
        return bytes;
    }
}
