namespace Fast.PageTables.Tests.Hatch.Nvidia;

public sealed class NvidiaTests
{
    private static IEnumerable<TestCaseData> Rows() => NvidiaSubject.All.SelectMany(subject => Vectors(subject.Name)
        .Select(row => new TestCaseData(subject, row).SetArgDisplayNames(row.ToString())));

    private static IEnumerable<TestCaseData> Walks() => NvidiaSubject.All.SelectMany(subject => NvidiaWalks.All
        .Select(walk => new TestCaseData(subject, walk.Run).SetArgDisplayNames(subject.Name, walk.Name)));

    private static IReadOnlyList<VectorRow> Vectors(string name) => VectorFile.Parse(name, Resources.Text(name));

    [TestCaseSource(nameof(Rows))]
    public void A_version_decodes_its_vectors(object subject, object row) => Assert.That(NvidiaVectors.Failure((NvidiaSubject)subject, (VectorRow)row), Is.Null);

    [Test]
    public void All_published_vectors_are_here()
    {
        Assert.That(Vectors("nvidia-v2"), Has.Count.EqualTo(11));
        Assert.That(Vectors("nvidia-v3"), Has.Count.EqualTo(8));
    }

    [TestCaseSource(nameof(Walks))]
    public void A_walk_ends_where_it_should(object subject, object run) => Assert.That(((Func<NvidiaSubject, string?>)run)((NvidiaSubject)subject), Is.Null);

    [Test]
    public void Random_tables_are_walked_as_the_twin_walks_them() => Sampling.ForSeeds(3000, random =>
    {
        var subject = NvidiaSubject.All[random.Next(2)];
        var (image, root, inputs) = NvidiaRandom.Tables(subject, random);
        foreach (var input in inputs) Assert.That(subject.Outcome(image, root, input), Is.EqualTo(subject.Twin.Walk(image, root, input)), $"{subject.Name} {input:X}");
    });

    [Test]
    public void Random_tables_hold_leaves_of_every_size_and_every_reason()
    {
        var seen = new HashSet<string>();
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var subject = NvidiaSubject.All[seed % 2];
            var (image, root, inputs) = NvidiaRandom.Tables(subject, random);
            foreach (var input in inputs) seen.Add(subject.Name + " " + Kind(subject.Outcome(image, root, input).Text));
        }

        string[] common = ["2^12", "2^16", "2^21", "2^29", "NotPresent", "Sparse", "NoSmallPages", "Reserved", "NotBacked", "BadInput"];
        Assert.That(seen, Is.EquivalentTo(common.Select(kind => "nvidia-v2 " + kind).Concat(common.Append("2^38").Append("MapsNowhere").Select(kind => "nvidia-v3 " + kind))));

        static string Kind(string text) => text.StartsWith("leaf", StringComparison.Ordinal) ? text.Split(", ")[1] : text;
    }

    [Test]
    public void Random_bytes_end_every_walk() => Sampling.ForSeeds(250, random =>
    {
        // Everything backed, every address leads back into the same bytes: tables that point to themselves, too.
        var bytes = new byte[1 << 16];
        random.NextBytes(bytes);
        var memory = new EchoMemory(bytes);
        for (var i = 0; i < 128; i++)
        {
            var input = new Iova(random.NextWord() >> 7);
            Assert.That((int)NvidiaV3.Walk(memory, 0, input).Status, Is.InRange(0, (int)WalkStatus.MapsNowhere));
            Assert.That((int)NvidiaV2.Walk(memory, 0, new Iova(input.Value >> 8)).Status, Is.InRange(0, (int)WalkStatus.MapsNowhere));
            Assert.That((int)XenP2mEpt.Lookup(memory, 0, new Iova(input.Value >> 9)).HardwareStatus, Is.InRange(0, (int)WalkStatus.MapsNowhere));
            Assert.That((int)XenP2mNpt.Lookup(memory, 0, new Iova(input.Value >> 9)).HardwareStatus, Is.InRange(0, (int)WalkStatus.MapsNowhere));
        }
    });

    [Test]
    public void An_end_without_a_leaf_has_nothing_to_decode() => Assert.Multiple(() =>
    {
        Assert.That(() => NvidiaV2.LeafOf(WalkResult.Ended(WalkStatus.Sparse, 0, 8)), Throws.ArgumentException.With.Message.Contains("sparse at level 0"));
        Assert.That(() => NvidiaV3.LeafOf(WalkResult.Ended(WalkStatus.NotPresent, 0, 0)), Throws.ArgumentException);
        Assert.That(NvidiaV2.TableOf(2, 0, 0x0123_4600), Is.Null);
        Assert.That(NvidiaV2.TableOf(2, 0, 0x0123_4603), Is.Null, "a leaf");
        Assert.That(NvidiaV3.TableOf(0, 0, 0x1234_6002), Is.Null, "the last table");
    });

    [Test]
    public void A_table_of_such_a_format_in_an_arena_is_empty()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        Assert.That(new PageTable<NvidiaV3>(arena).Walk(new Iova(0x1234)).Status, Is.EqualTo(WalkStatus.NotPresent));
        Assert.That(new PageTable<NvidiaV2>(arena).Cursor().Translate(new Iova(0x1234)).IsNone);
    }
}
