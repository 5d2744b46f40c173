using System.Buffers.Binary;

namespace Fast.PageTables.Stages.Tests.TwoStage;

/// <summary>Two stages written word by word: an x86-64 guest over EPT, as the manual has them.</summary>
public sealed class TwoStageVectorTests
{
    // Host tables at 0x1000.. (EPT), the guest's pages at 0x100000 + guest-physical address; guest tables at guest-physical 0x3000..0x6000.
    private const ulong Ept = 0x1000;
    private const ulong GuestRoot = 0x3000;
    private const ulong GuestAt = 0x10_0000;
    private readonly byte[] _image = new byte[4 << 20];

    [SetUp]
    public void Write()
    {
        Array.Clear(_image);
        this[Ept] = 0x2007;
        this[0x2000] = 0x3007;
        this[0x3000] = 0x4007;
        for (ulong page = 0; page < 16; page++) this[0x4000 + (8 * page)] = (GuestAt + (page << 12)) | 0x37;
        // Guest-physical 2 MiB: a 2 MiB leaf of EPT at host 1 GiB.
        this[0x3008] = 0x4000_0000 | 0xB7;
        this[GuestAt + 0x3000 + (8 * 0xFF)] = 0x4067;
        this[GuestAt + 0x4000 + (8 * 0x1FF)] = 0x5067;
        this[GuestAt + 0x5000 + (8 * 0x1BE)] = 0x6067;
        this[GuestAt + 0x6000 + (8 * 0x1D2)] = 0x8000_0000_0020_5067;
    }

    [Test]
    public void Both_stages_give_one_leaf()
    {
        var found = Walk(0x7FFF_F7DD_2ABC);
        Assert.That(found.IsLeaf, Is.True, found.ToString());
        Assert.That((found.GuestPhysical, found.Leaf), Is.EqualTo((new PhysicalAddress(0x20_5ABC), new Leaf(new Pfn(0x4_0005), PageSize.Size4K, Permissions.ReadWrite | Permissions.User))));
        Assert.That((found.Stage, found.Level, found.Entry), Is.EqualTo((2, 1, 0x4000_00B7UL)));
        Assert.That(found.ToString(), Is.EqualTo("leaf 4K: guest-physical 0x205abc, pfn 0x40005 ReadWrite, User"));
    }

    [Test]
    public void A_leaf_is_as_large_as_the_smaller_of_the_two()
    {
        this[GuestAt + 0x5000 + (8 * 0x1BE)] = 0x20_00E7;
        Assert.That(Walk(0x7FFF_F7DD_2ABC).Leaf, Is.EqualTo(new Leaf(new Pfn(0x4_01D2), PageSize.Size2M, Permissions.ReadWrite | Permissions.Execute | Permissions.User)));
        this[0x3008] = 0x5007;
        this[0x5000 + (8 * 0x1D2)] = 0x7777_0031;
        Assert.That(Walk(0x7FFF_F7DD_2ABC).Leaf, Is.EqualTo(new Leaf(new Pfn(0x7_7770), PageSize.Size4K, Permissions.Read | Permissions.User)));
    }

    [Test]
    public void A_table_that_stage_2_hides_is_a_fault_of_stage_2_on_a_table()
    {
        this[0x4000 + (8 * 5)] = 0;
        var found = Walk(0x7FFF_F7DD_2ABC);
        Assert.That((found.Status, found.Stage, found.OnTable, found.Level, found.Entry), Is.EqualTo((WalkStatus.NotPresent, 2, true, 0, 0UL)));
        Assert.That(found.GuestPhysical, Is.EqualTo(new PhysicalAddress(0x5000 + (8 * 0x1BE))));
        Assert.That(found.ToString(), Is.EqualTo("stage 2, reading a stage-1 item at 0x5df0: NotPresent at level 0 (entry 0x0)"));
    }

    [Test]
    public void A_table_that_may_only_be_executed_is_not_read()
    {
        this[0x4000 + (8 * 6)] = (GuestAt + 0x6000) | 0x34;
        var found = Walk(0x7FFF_F7DD_2ABC);
        Assert.That((found.Status, found.Stage, found.OnTable, found.Entry), Is.EqualTo((WalkStatus.NoPermission, 2, true, (GuestAt + 0x6000) | 0x34)));
        Assert.That(X64L4OverEptL4.TryFollow(new SpanMemory(_image), GuestRoot, Ept, new Iova(0x7FFF_F7DD_2ABC), out _), Is.False);
    }

    [Test]
    public void A_misconfigured_entry_of_stage_2_is_told_from_a_reserved_bit_of_stage_1()
    {
        this[0x4000 + (8 * 4)] = (GuestAt + 0x4000) | 0x32;
        Assert.That(Walk(0x7FFF_F7DD_2ABC), Has.Property("Status").EqualTo(WalkStatus.Misconfigured).And.Property("Stage").EqualTo(2).And.Property("OnTable").True);
        Write();
        this[GuestAt + 0x3000 + (8 * 0xFF)] = 0x40E7;
        var found = Walk(0x7FFF_F7DD_2ABC);
        Assert.That((found.Status, found.Stage, found.OnTable, found.Level, found.Entry, found.GuestPhysical), Is.EqualTo((WalkStatus.Reserved, 1, false, 3, 0x40E7UL, PhysicalAddress.None)));
        Assert.That(found.ToString(), Is.EqualTo("stage 1: Reserved at level 3 (entry 0x40e7)"));
    }

    [Test]
    public void A_page_that_stage_2_hides_is_a_fault_of_stage_2_on_the_page()
    {
        this[0x3008] = 0;
        var found = Walk(0x7FFF_F7DD_2ABC);
        Assert.That((found.Status, found.Stage, found.OnTable, found.Level, found.GuestPhysical), Is.EqualTo((WalkStatus.NotPresent, 2, false, 1, new PhysicalAddress(0x20_5ABC))));
        Assert.That(found.ToString(), Is.EqualTo("stage 2 at 0x205abc: NotPresent at level 1 (entry 0x0)"));
    }

    [Test]
    public void A_guest_address_beyond_stage_2_is_bad_input_of_stage_2()
    {
        this[GuestAt + 0x6000 + (8 * 0x1D2)] = 0x0001_0000_0000_0067;
        Assert.That(Walk(0x7FFF_F7DD_2ABC), Has.Property("Status").EqualTo(WalkStatus.BadInput).And.Property("Stage").EqualTo(2).And.Property("OnTable").False);
        this[GuestAt + 0x5000 + (8 * 0x1BE)] = 0x0001_0000_0000_0067;
        Assert.That(Walk(0x7FFF_F7DD_2ABC), Has.Property("Status").EqualTo(WalkStatus.BadInput).And.Property("Stage").EqualTo(2).And.Property("OnTable").True);
        Assert.That(Walk(0x8000_0000_0000), Has.Property("Status").EqualTo(WalkStatus.BadInput).And.Property("Stage").EqualTo(1));
    }

    [Test]
    public void A_table_in_memory_that_is_not_there_is_not_backed()
    {
        this[0x4000 + (8 * 6)] = 0x7F00_0000_0037;
        var found = Walk(0x7FFF_F7DD_2ABC);
        Assert.That((found.Status, found.Stage, found.OnTable, found.Level, found.Entry), Is.EqualTo((WalkStatus.NotBacked, 1, true, 1, 0x6067UL)));
        Assert.That(found.ToString(), Is.EqualTo("stage 1: the item at 0x6e90 is not backed (entry above: 0x6067)"));
    }

    [Test]
    public void A_guest_whose_root_is_its_only_table_is_walked_to_an_end()
    {
        this[GuestAt + 0x3000 + (8 * 5)] = 0x3067;
        var input = (5UL << 39) | (5UL << 30) | (5UL << 21) | (5UL << 12);
        Assert.That(Walk(input).Leaf.Pfn, Is.EqualTo(new Pfn((GuestAt + 0x3000) >> 12)));
    }

    [Test]
    public void Any_operation_runs_over_tables_of_a_guest()
    {
        GuestAccess access = default;
        var cursor = new RunCursor(IovaRange.Inclusive(new Iova(0), new Iova(0x7FFF_FFFF_FFFF)));
        Span<Run> runs = new Run[4];
        var read = PageTableRuns.ReadRuns<X64L4, GuestTables<EptL4, SpanMemory>>(
            new GuestTables<EptL4, SpanMemory>(new SpanMemory(_image), Ept, ref access), GuestRoot, ScanVariant.Scalar, ref cursor, runs);
        Assert.That(read, Is.EqualTo(1));
        Assert.That(runs[0], Is.EqualTo(new Run(new Iova(0x7FFF_F7DD_2000), new Pfn(0x205), 1, Permissions.ReadWrite | Permissions.User)));
        Assert.That(access.IsReadable, Is.True);
    }

    private ulong this[ulong address]
    {
        set => BinaryPrimitives.WriteUInt64LittleEndian(_image.AsSpan((int)address), value);
    }

    private TwoStageResult Walk(ulong input)
    {
        var memory = new SpanMemory(_image);
        var found = X64L4OverEptL4.Walk(memory, GuestRoot, Ept, new Iova(input));
        Assert.That(ReferenceTwoStageWalker.Walk(X64L4.Facts, EptL4.Facts, memory, GuestRoot, Ept, new Iova(input)), Is.EqualTo(found));
        return found;
    }
}
