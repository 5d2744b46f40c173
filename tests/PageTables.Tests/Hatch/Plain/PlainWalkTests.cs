using Fast.PageTables.Tests.Hatch.Nvidia;

namespace Fast.PageTables.Tests.Hatch.Plain;

/// <summary>The plain walker and the validation of formats whose entries pass through code of their own.</summary>
public sealed class PlainWalkTests
{
    [Test]
    public void The_plain_walker_walks_as_the_emitted_code_does() => Sampling.ForSeeds(1500, random =>
    {
        var subject = random.Pick(NvidiaSubject.All);
        var (image, root, inputs) = NvidiaRandom.Tables(subject, random);
        foreach (var input in inputs)
            Assert.That(ReferenceWalker.Walk(subject.Facts, image.Memory, root, new Iova(input), FormatLimits.None), Is.EqualTo(subject.Walk(image, root, input)), $"{subject.Name} {input:X}");
    });

    [Test]
    public void It_walks_random_bytes_as_the_emitted_code_does() => Sampling.ForSeeds(500, random =>
    {
        var bytes = new byte[1 << 16];
        random.NextBytes(bytes);
        var memory = new EchoMemory(bytes);
        for (var i = 0; i < 16; i++)
        {
            var input = random.NextWord();
            Same(NvidiaV2.Facts, memory, new Iova(input >> 15), NvidiaV2.Walk(memory, 0, new Iova(input >> 15)));
            Same(NvidiaV3.Facts, memory, new Iova(input >> 7), NvidiaV3.Walk(memory, 0, new Iova(input >> 7)));
            Same(XenP2mEpt.Facts, memory, new Iova(input >> 16), XenP2mEpt.Walk(memory, 0, new Iova(input >> 16)));
            Same(XenP2mNpt.Facts, memory, new Iova(input >> 16), XenP2mNpt.Walk(memory, 0, new Iova(input >> 16)));
        }

        static void Same(FormatFacts facts, EchoMemory memory, Iova input, WalkResult walk) =>
            Assert.That(ReferenceWalker.Walk(facts, memory, 0, input, FormatLimits.None), Is.EqualTo(walk), $"{facts.Name} {input}");
    });

    [Test]
    public void Leaves_that_an_implementation_lacks_and_addresses_that_it_does_not_have_end_the_walk()
    {
        var image = new TableImage();
        image.Add(0x1000, 16);
        image.Add(0x2000, 4096);
        image.Add(0x3000, 4096);
        image.Add(0x4000, 4096);
        image[0x1000] = 0x2002;
        image[0x2000] = 0x3002;
        image[0x3000] = 0x4002;
        // 512 MiB in video memory, and a table beyond 40 bits.
        image[0x4000] = 0x4000_0001;
        image[0x4008] = (1UL << 45) | 2;
        var walk = ReferenceWalker.Walk(NvidiaV3.Facts, image.Memory, 0x1000, new Iova(0), FormatLimits.None);
        Assert.That((walk.Status, walk.Leaf.Size.Shift), Is.EqualTo((WalkStatus.Leaf, 29)));
        Assert.That(Ended(new FormatLimits(30, []), 0), Is.EqualTo(NvidiaV3.Facts.ReservedFault));
        Assert.That(Ended(new FormatLimits(31, []), 0), Is.EqualTo(WalkStatus.Leaf));
        Assert.That(Ended(new FormatLimits(40, []), 1UL << 29), Is.EqualTo(NvidiaV3.Facts.ReservedFault));
        Assert.That(Ended(new FormatLimits(46, []), 1UL << 29), Is.EqualTo(WalkStatus.NotBacked));
        image[0x3000] = 1;
        Assert.That(Ended(FormatLimits.None, 0), Is.EqualTo(WalkStatus.Leaf), "256 GiB");
        Assert.That(Ended(new FormatLimits(64, ["256g"]), 0), Is.EqualTo(NvidiaV3.Facts.KindFault));

        WalkStatus Ended(FormatLimits limits, ulong input) => ReferenceWalker.Walk(NvidiaV3.Facts, image.Memory, 0x1000, new Iova(input), limits).Status;
    }

    [Test]
    public void Every_problem_is_what_a_walk_there_reports_and_every_bad_end_is_a_problem()
    {
        var kinds = new HashSet<(TableProblemKind, WalkStatus)>();
        Sampling.ForSeeds(600, random =>
        {
            var subject = random.Pick(NvidiaSubject.All);
            var (image, root, inputs) = NvidiaRandom.Tables(subject, random);
            var report = TableValidator.Validate(subject.Facts, image.Memory, root, 1000, firstProblems: int.MaxValue);
            Assert.That((report.IsComplete, report.ProblemCount), Is.EqualTo((true, (long)report.Problems.Length)));
            foreach (var problem in report.Problems)
            {
                kinds.Add((problem.Kind, problem.Status));
                var walk = subject.Walk(image, root, problem.Input.Value);
                Assert.That((walk.Status, walk.Entry), Is.EqualTo((problem.Status, problem.Entry)), $"{subject.Name} {problem}");
                Assert.That(walk.Level, Is.EqualTo(problem.Kind == TableProblemKind.NotBacked ? problem.Level : problem.Level), $"{problem}");
            }

            foreach (var input in inputs)
            {
                var walk = subject.Walk(image, root, input);
                if (walk.IsLeaf) Assert.That(report.Leaves.ContainsKey(walk.Leaf.Size) || report.Problems.Any(problem => problem.Kind == TableProblemKind.MisalignedLeaf), $"{walk}");
                else if (walk.Status is WalkStatus.Reserved or WalkStatus.NotBacked) Assert.That(report.Problems.Any(problem => (problem.Status, problem.Entry) == (walk.Status, walk.Entry)), $"{subject.Name} {walk}");
            }
        });
        Assert.That(kinds, Is.SupersetOf(new[] { (TableProblemKind.BadEntry, WalkStatus.Reserved), (TableProblemKind.NotBacked, WalkStatus.NotBacked), (TableProblemKind.MisalignedLeaf, WalkStatus.Leaf) }));
    }

    [Test]
    public void A_small_page_under_a_large_one_does_not_count()
    {
        var image = new TableImage();
        ulong[] tables = [image.Add(0x1000, 16), image.Add(0x2000, 4096), image.Add(0x3000, 4096), image.Add(0x4000, 4096), image.Add(0x5000, 4096), image.Add(0x6000, 256), image.Add(0x7000, 4096)];
        for (var above = 0; above < 4; above++) image[tables[above]] = tables[above + 1] | 2;
        image[0x5000] = 0x6000 | 2;
        image[0x5008] = 0x7000 | 2;
        image[0x6000] = 0x1_0001;
        // Under the page of 64 KiB, beside it, and where the big table says that there are no small pages.
        image[0x7000] = 0x8001;
        image[0x7000 + (8 * 16)] = 0x9001;
        image[0x6010] = 3 << 3;
        image[0x7000 + (8 * 32)] = 0xA001;
        var report = TableValidator.Validate(NvidiaV3.Facts, image.Memory, 0x1000, 10);
        Assert.That((report.IsSound, report.ToString()), Is.EqualTo((true, "7 tables, leaves 1 x 4K 1 x 64K, 0 problems")));
        image[0x5010] = image[0x5000];
        image[0x5018] = image[0x5008];
        Assert.That(TableValidator.Validate(NvidiaV3.Facts, image.Memory, 0x1000, 10).ToString(), Is.EqualTo(report.ToString()), "shared tables are read once");
        image[0x5010] = 0;
        Assert.That(TableValidator.Validate(NvidiaV3.Facts, image.Memory, 0x1000, 10).ToString(), Does.Contain("4 x 4K"), "but the small one again where no big table hides anything");
    }

    [Test]
    public void Xen_entries_are_validated_as_Xen_reads_them()
    {
        var image = new TableImage();
        ulong[] tables = [image.Add(0x1000, 4096), image.Add(0x2000, 4096), image.Add(0x3000, 4096), image.Add(0x4000, 4096)];
        for (var above = 0; above < 3; above++) image[tables[above]] = tables[above + 1] | 7;
        // No bit that hardware reads, and yet a frame: access forbids everything.
        image[0x4000] = 0x1234_5000;
        image[0x4008] = 0x1234_6007;
        image[0x3008] = 0x4020_1087;
        var report = TableValidator.Validate(XenP2mEpt.Facts, image.Memory, 0x1000, 10);
        Assert.That(report.Problems.Select(problem => (problem.Kind, problem.Status, problem.Level, problem.Index)), Is.EqualTo(new[] { (TableProblemKind.BadEntry, XenP2mEpt.Facts.ReservedFault, 1, 1) }));
        Assert.That(report.Leaves[PageSize.Size4K], Is.EqualTo(XenP2mEpt.Walk(image.Memory, 0x1000, new Iova(0)).IsLeaf ? 2 : 1));
    }

    [Test]
    public void Random_bytes_neither_crash_a_validation_nor_cost_more_than_the_budget() => Sampling.ForSeeds(40, random =>
    {
        var bytes = new byte[1 << 15];
        random.NextBytes(bytes);
        foreach (var facts in new[] { NvidiaV2.Facts, NvidiaV3.Facts, XenP2mEpt.Facts, XenP2mNpt.Facts })
        {
            var budget = random.Next(1, 40);
            var report = TableValidator.Validate(facts, new EchoMemory(bytes), 0, budget);
            Assert.That(report.Tables, Is.LessThanOrEqualTo(budget), facts.Name);
            Assert.That(report.Problems.Length, Is.EqualTo(Math.Min(100, report.ProblemCount)), facts.Name);
        }
    });
}
