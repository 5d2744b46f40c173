namespace Fast.PageTables.Tests.Changes;

/// <summary>Single leaves as words, for every format.</summary>
[TestFixtureSource(typeof(EveryFormat))]
public sealed class EncodingTests<TFormat>
    where TFormat : struct, IRunFormat, IProtectFormat, ISplitFormat, IAccessedFormat, IDirtyFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;

    [Test]
    public void A_leaf_of_every_size_reads_back_and_is_what_a_walk_reads()
    {
        var random = new Random(20261120);
        var read = 0;
        foreach (var size in Facts.LeafSizes.Where(size => Facts.Levels.All(level => level.Contiguity.ExceptShift != size.Shift)))
        {
            var level = Enumerable.Range(0, Facts.Levels.Length).Last(at => Facts.Levels[at].CanLeaf && Facts.Levels[at].Shift <= size.Shift);
            for (var bits = 0; bits < 32; bits++)
            {
                var permissions = (Permissions)bits;
                var address = new PhysicalAddress((ulong)random.NextInt64() & ((1UL << Facts.OutputBits) - 1) & size.PageMask);
                if (!TFormat.TryEncodeLeaf(size, address, permissions, out var raw)) continue;
                read++;
                Assert.That(TFormat.TryDecodeLeaf(size, raw, out var decoded, out var allowed), Is.True, $"{size} {permissions}");
                Assert.That((decoded, allowed), Is.EqualTo((address, permissions)), $"{size}");
                var entry = ReferenceDecoder.Decode(Facts, level, raw, new Iova(0), FormatLimits.None);
                Assert.That((entry.Kind, entry.Address, entry.Size), Is.EqualTo((EntryKind.Leaf, address, size)), $"{size} {permissions} 0x{raw:x}");
            }
        }

        Assert.That(read, Is.GreaterThan(2));
    }

    [Test]
    public void What_the_format_cannot_say_is_refused()
    {
        var (size, larger) = (new PageSize(Facts.Levels[0].Shift), new PageSize(Facts.Levels[1].Shift));
        var permissions = Enumerable.Range(0, 32).Select(bits => (Permissions)bits).First(bits => TFormat.TryEncodeLeaf(size, new PhysicalAddress(0), bits, out _));
        Assert.Multiple(() =>
        {
            Assert.That(TFormat.TryEncodeLeaf(size, new PhysicalAddress(size.Bytes / 2), permissions, out _), Is.False, "not aligned");
            Assert.That(TFormat.TryEncodeLeaf(new PageSize(11), new PhysicalAddress(0), permissions, out _), Is.False, "no such size");
            Assert.That(TFormat.TryEncodeLeaf(size, new PhysicalAddress(1UL << Facts.OutputBits), permissions, out _), Is.False, "beyond the output width");
            Assert.That(TFormat.TryDecodeLeaf(size, 0, out _, out _), Is.False, "nothing");
            TFormat.TryEncodeLeaf(size, new PhysicalAddress(0), permissions, out var small);
            Assert.That(TFormat.TryDecodeLeaf(new PageSize(larger.Shift + 1), small, out _, out _) && !Facts.LeafSizes.Contains(new PageSize(larger.Shift + 1)), Is.False, "another size");
        });
    }
}
