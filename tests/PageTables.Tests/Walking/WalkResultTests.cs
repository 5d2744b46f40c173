namespace Fast.PageTables.Tests.Walking;

public sealed class WalkResultTests
{
    [Test]
    public void A_walk_says_in_words_where_it_ended()
    {
        var leaf = WalkResult.AtLeaf(1, 0xE3, new Leaf(new Pfn(0x200), PageSize.Size2M, Permissions.ReadWrite));
        Assert.That(leaf.ToString(), Is.EqualTo("leaf 2M at level 1: pfn 0x200 ReadWrite"));
        Assert.That(leaf.Leaf.PageMask, Is.EqualTo(~0x1FFFFFUL));
        Assert.That(WalkResult.Ended(WalkStatus.NotPresent, 2, 0x10).ToString(), Is.EqualTo("not present at level 2 (entry 0x10)"));
        Assert.That(WalkResult.Ended(WalkStatus.Reserved, 3, 0x81).ToString(), Is.EqualTo("reserved bit set at level 3 (entry 0x81)"));
        Assert.That(WalkResult.Ended(WalkStatus.AccessFlag, 0, 0x3).ToString(), Is.EqualTo("access flag clear at level 0 (entry 0x3)"));
        foreach (var status in Enum.GetValues<WalkStatus>())
            Assert.That(WalkResult.Ended(status, 1, 2).ToString(), Does.Not.Contain(status.ToString()), "words, no names of ours");
        Assert.That(WalkResult.Ended(WalkStatus.BadInput, 4, 0).ToString(), Is.EqualTo("input address outside the format"));
        Assert.That(WalkResult.Ended(WalkStatus.NotBacked, 4, 0x1000).ToString(), Is.EqualTo("table of level 4 is not backed (entry 0x1000)"));
    }

    [Test]
    public void A_table_that_points_to_itself_ends_at_the_last_level()
    {
        var tables = new RawTables(X64L4.Facts);
        tables[tables.Root, 511] = tables.Root | 0x67;
        var walk = X64L4.Walk(tables.Memory, tables.Root, new Iova(~0UL));
        Assert.That((walk.Status, walk.Level, walk.Leaf.Pfn), Is.EqualTo((WalkStatus.Leaf, 0, Pfn.Of(new PhysicalAddress(tables.Root)))));
    }

    [Test]
    public void A_level_that_is_not_backed_counts_as_the_level_of_the_entry_that_points_there()
    {
        var tables = new RawTables(X64L4.Facts);
        var walk = X64L4.Walk(tables.Memory, 0x10, new Iova(0));
        Assert.That((walk.Status, walk.Level, walk.Entry), Is.EqualTo((WalkStatus.NotBacked, 4, 0x10UL)));
    }

    [Test]
    public void The_plain_walker_honours_what_an_implementation_lacks()
    {
        var tables = new RawTables(X64L4.Facts);
        tables.SetLeaf(0x4000_0000, 2, 0x1_4000_00E3);
        var memory = tables.Memory;
        var (root, input) = (tables.Root, new Iova(0x4000_0123));
        Assert.That(ReferenceWalker.Walk(X64L4.Facts, memory, root, input, FormatLimits.None).IsLeaf, Is.True);
        Assert.That(ReferenceWalker.Walk(X64L4.Facts, memory, root, input, new FormatLimits(52, ["gb"])).Status, Is.EqualTo(WalkStatus.Reserved));
        Assert.That(ReferenceWalker.Walk(X64L4.Facts, memory, root, input, new FormatLimits(32, [])).Status, Is.EqualTo(WalkStatus.Reserved));
    }
}
