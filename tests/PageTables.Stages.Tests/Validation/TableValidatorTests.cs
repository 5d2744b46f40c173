using System.Buffers.Binary;

namespace Fast.PageTables.Stages.Tests.Validation;

/// <summary>What a validation counts, what it finds, and that nothing makes it loop.</summary>
public sealed class TableValidatorTests
{
    private const ulong M = 1UL << 20;
    private const ulong G = 1UL << 30;
    private readonly byte[] _image = new byte[1 << 18];

    [SetUp]
    public void Clear() => Array.Clear(_image);

    [Test]
    public void Tables_that_the_engine_writes_are_sound_and_counted_by_size()
    {
        using var arena = new TableArena();
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(G), 3 * G), new Pfn(G >> 12), Permissions.Read);
        table.Map(IovaRange.Of(new Iova(4 * G), 4 * M), new Pfn(G >> 12), Permissions.ReadWrite);
        table.Map(IovaRange.Of(new Iova(5 * G), 0x3000), new Pfn(7), Permissions.Read);
        var report = Validate<X64L4, ArenaMemory>(arena.Memory, table.RootWord);
        Assert.That((report.Tables, report.IsSound), Is.EqualTo((5, true)), report.ToString());
        Assert.That(report.ToString(), Is.EqualTo("5 tables, leaves 3 x 4K 2 x 2M 3 x 1G, 0 problems"));
    }

    [Test]
    public void A_leaf_of_several_items_counts_once()
    {
        using var arena = new TableArena();
        var arm = new PageTable<Armv8S1G4K>(arena);
        arm.Map(IovaRange.Of(new Iova(0), 0x3_1000), new Pfn(0x100), Permissions.Read);
        Assert.That(Validate<Armv8S1G4K, ArenaMemory>(arena.Memory, arm.RootWord).Leaves, Is.EquivalentTo(new Dictionary<PageSize, ulong> { [new(12)] = 1, [new(16)] = 3 }));
        var amd = new PageTable<AmdV1>(arena);
        amd.Map(IovaRange.Of(new Iova(0x8000), 0x8000), new Pfn(0x108), Permissions.ReadWrite);
        amd.Map(IovaRange.Of(new Iova(1UL << 50), 1UL << 38), new Pfn(1UL << 26), Permissions.ReadWrite);
        var report = Validate<AmdV1, ArenaMemory>(arena.Memory, amd.RootWord);
        Assert.That((report.IsSound, report.ToString()), Is.EqualTo((true, "7 tables, leaves 1 x 32K 1 x 256G, 0 problems")));
    }

    [Test]
    public void Tables_that_point_to_themselves_and_shared_ones_are_legal_and_read_once_for_each_level()
    {
        this[0x1000] = 0x1067;
        this[0x1008] = 0x1067;
        this[0x1010] = 0x2067;
        this[0x1018] = 0x2067;
        this[0x2000] = 0x3067;
        this[0x2008] = 0x3067;
        var report = Validate<X64L4, SpanMemory>(new SpanMemory(_image), 0x1000, budget: 12);
        // 0x1000 serves all four levels, 0x2000 the three lower ones, 0x3000 the two lowest.
        Assert.That((report.Tables, report.IsComplete), Is.EqualTo((9, true)));
        // Read as last tables: the four and the two pages that they hold.
        Assert.That(report.Leaves[PageSize.Size4K], Is.EqualTo(6));
    }

    [Test]
    public void A_budget_is_kept_to()
    {
        for (ulong i = 0; i < 32; i++) this[0x1000 + (8 * i)] = (0x2000 + (i << 12)) | 0x67;
        foreach (var budget in new[] { 1, 5, 32 })
        {
            var report = Validate<X64L4, SpanMemory>(new SpanMemory(_image), 0x1000, budget);
            Assert.That((report.Tables, report.IsComplete, report.IsSound), Is.EqualTo((budget, false, false)));
        }

        Assert.That(Validate<X64L4, SpanMemory>(new SpanMemory(_image), 0x1000, 33).IsSound, Is.True);
    }

    [Test]
    public void A_child_that_is_not_backed_is_told_with_its_place()
    {
        this[0x1000 + (8 * 511)] = 0x7F00_0000_0067;
        var report = Validate<X64L4, SpanMemory>(new SpanMemory(_image), 0x1000);
        Assert.That(report.Problems, Is.EqualTo(new[]
        {
            new TableProblem(TableProblemKind.NotBacked, WalkStatus.NotBacked, 3, new PhysicalAddress(0x1000), 511, 0x7F00_0000_0067, new Iova(0xFFFF_FF80_0000_0000)),
        }));
        Assert.That(report.Problems[0].ToString(), Is.EqualTo("level 3, table 0x1000, index 511, input 0xffffff8000000000: 0x7f0000000067 points to a table that is not backed"));
        var none = Validate<X64L4, SpanMemory>(new SpanMemory(_image), 0x1234_5000);
        Assert.That((none.Tables, none.ProblemCount, none.Problems[0].Level), Is.EqualTo((0, 1L, 4)));
    }

    [Test]
    public void Entries_that_a_walk_refuses_are_told_with_their_reason()
    {
        this[0x1000] = 0x2067;
        this[0x1008] = 0x20E7;
        this[0x2000] = 0x2000_00E7;
        this[0x2008] = 0x3067;
        this[0x3008] = 0x4020_20E7;
        var report = Validate<X64L4, SpanMemory>(new SpanMemory(_image), 0x1000);
        Assert.That(report.Problems.Select(problem => (problem.Kind, problem.Status, problem.Level, problem.Index)), Is.EqualTo(new[]
        {
            (TableProblemKind.BadEntry, WalkStatus.Reserved, 2, 0), (TableProblemKind.BadEntry, WalkStatus.Reserved, 1, 1), (TableProblemKind.BadEntry, WalkStatus.Reserved, 3, 1),
        }));
        Assert.That(report.Problems[1].Input, Is.EqualTo(new Iova(G + (2 * M))));
        this[0x1008] = 0;
        this[0x2000] = 0;
        this[0x3008] = 0x0001_0000_0000_0067;
        Assert.That(TableValidator.Validate(X64L4.Facts, new SpanMemory(_image), 0x1000, 10, limits: new FormatLimits(46, [])).Problems.Single().Status, Is.EqualTo(WalkStatus.Reserved));
    }

    [Test]
    public void Problems_beyond_the_wanted_number_are_counted()
    {
        for (ulong i = 0; i < 20; i++) this[0x1000 + (8 * i)] = 0xE7;
        var report = TableValidator.Validate(X64L4.Facts, new SpanMemory(_image), 0x1000, 5, firstProblems: 3);
        Assert.That((report.Problems.Length, report.ProblemCount), Is.EqualTo((3, 20L)));
    }

    [Test]
    public void A_block_whose_address_has_low_bits_is_misaligned()
    {
        this[0x1000] = 0x2003;
        this[0x2000] = 0x4000_1701;
        var report = Validate<Armv8S1G4K, SpanMemory>(new SpanMemory(_image), 0x1000);
        Assert.That(report.Problems.Single().Kind, Is.EqualTo(TableProblemKind.MisalignedLeaf));
    }

    [TestCase(5, 0x0010_0000_0000_5703UL, 1, TestName = "A run whose items agree")]
    [TestCase(5, 0x0010_0000_0000_5783UL, 0, TestName = "A run with an item that may not be written")]
    [TestCase(5, 0x0010_0000_0000_5303UL, 1, TestName = "A run with an item that was not accessed")]
    [TestCase(5, 0x0010_0000_0000_6703UL, 0, TestName = "A run with an item that goes elsewhere")]
    [TestCase(5, 0x0000_0000_0000_5703UL, 0, TestName = "A run with an item that says it is none")]
    [TestCase(0, 0UL, 0, TestName = "A run without its first item")]
    public void Items_of_a_run_must_agree(int item, ulong word, int leaves)
    {
        (this[0x1000], this[0x2000], this[0x3000]) = (0x2003, 0x3003, 0x4003);
        for (ulong i = 0; i < 16; i++) this[0x4000 + (8 * i)] = (1UL << 52) | (i << 12) | 0x703;
        this[0x4000 + (8 * (ulong)item)] = word;
        var report = Validate<Armv8S1G4K, SpanMemory>(new SpanMemory(_image), 0x1000);
        Assert.That(report.Leaves.GetValueOrDefault(new PageSize(16)), Is.EqualTo((ulong)leaves));
        Assert.That(report.Problems.Count(problem => problem.Kind == TableProblemKind.BrokenRun), Is.EqualTo(1 - leaves), report.ToString());
    }

    [Test]
    public void Items_of_a_replicated_leaf_may_differ_in_what_hardware_notes()
    {
        (this[0x1000], this[0x2000]) = (0x6000_0000_0000_2401, 0x6000_0000_0000_3201);
        for (ulong i = 8; i < 16; i++) this[0x3000 + (8 * i)] = 0x6000_0000_0010_3E01;
        this[0x3000 + (8 * 9)] |= 0x60;
        var report = Validate<AmdV1, SpanMemory>(new SpanMemory(_image), 0x1002);
        Assert.That((report.IsSound, report.ToString()), Is.EqualTo((true, "3 tables, leaves 1 x 32K, 0 problems")));
        this[0x3000 + (8 * 9)] |= 1UL << 60;
        Assert.That(Validate<AmdV1, SpanMemory>(new SpanMemory(_image), 0x1002).Problems.Single().Kind, Is.EqualTo(TableProblemKind.BrokenRun));
    }

    [Test]
    public void Random_bytes_neither_crash_it_nor_cost_more_than_the_budget() => Seeds.Each(6, random =>
    {
        random.NextBytes(_image);
        // Many of the addresses must lie in the image for the walk to go on.
        for (var slot = 0; slot < _image.Length; slot += 8)
            if (!random.OneIn(4)) BinaryPrimitives.WriteUInt64LittleEndian(_image.AsSpan(slot), (random.Word() & 0x6000_0000_0003_FFFF) | 1);
        foreach (var facts in HardwareFormats.All.Select(entry => entry.Facts).ToList())
        {
            var budget = random.Next(1, 60);
            var root = (random.Word() & 0x3_C000) | (facts.DynamicTop ? (uint)random.Next(6) : 0);
            var report = TableValidator.Validate(facts, new SpanMemory(_image), root, budget);
            Assert.That(report.Tables, Is.LessThanOrEqualTo(budget), facts.Name);
            Assert.That(report.Problems.Length, Is.EqualTo(Math.Min(100, report.ProblemCount)), facts.Name);
        }
    });

    [Test]
    public void Every_problem_of_an_entry_is_what_a_walk_there_reports() => Seeds.Each(20, random =>
    {
        for (var slot = 0; slot < _image.Length; slot += 8)
            BinaryPrimitives.WriteUInt64LittleEndian(_image.AsSpan(slot), random.OneIn(3) ? random.Word() & 0x8003_FFFF & ~(random.OneIn(2) ? 0x80UL : 0) | 0x7 : 0);
        var memory = new SpanMemory(_image);
        var report = Validate<X64L4, SpanMemory>(memory, 0x4000, 30);
        foreach (var problem in report.Problems)
        {
            var walk = X64L4.Walk(memory, 0x4000, problem.Input);
            Assert.That((walk.Status, walk.Entry), Is.EqualTo((problem.Status, problem.Entry)), problem.ToString());
            Assert.That(walk.Level, Is.EqualTo(problem.Level));
        }
    });

    [Test]
    public void Wrong_arguments_are_told()
    {
        Assert.That(() => Validate<X64L4, SpanMemory>(new SpanMemory(_image), 0, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => Validate<AmdV1, SpanMemory>(new SpanMemory(_image), 7), Throws.ArgumentException.With.Message.Contains("names level 7; amd-v1 has levels 0 to 5"));
    }

    private static TableReport Validate<TFormat, TMemory>(in TMemory memory, ulong root, int budget = 100)
        where TFormat : struct, IPageTableFormat
        where TMemory : ITableMemory, allows ref struct => TableValidator.Validate(TFormat.Facts, memory, root, budget);

    private ulong this[ulong address]
    {
        get => BinaryPrimitives.ReadUInt64LittleEndian(_image.AsSpan((int)address));
        set => BinaryPrimitives.WriteUInt64LittleEndian(_image.AsSpan((int)address), value);
    }
}
