namespace Fast.PageTables.Tests.Walking;

/// <summary>Every declared format against its vectors: the plain decoder, and the walk of its emitted code.</summary>
public sealed class VectorTests
{
    private static IEnumerable<TestCaseData> Suites() => VectorSuite.All.Select(suite => new TestCaseData(suite).SetArgDisplayNames(suite.Probe.ToString()));

    [TestCaseSource(nameof(Suites))]
    public void A_format_decodes_its_vectors(object suite)
    {
        var vectors = (VectorSuite)suite;
        Assert.That(string.Join("\n", vectors.Failures(vectors.Probe.Facts)), Is.Empty);
    }

    [TestCaseSource(nameof(Suites))]
    public void Emitted_code_walks_to_what_the_vectors_say(object suite)
    {
        var vectors = (VectorSuite)suite;
        Assert.That(string.Join("\n", vectors.Entries.Select(entry => vectors.WalkFailure(entry.Row, out _)).OfType<string>()), Is.Empty);
    }

    [TestCaseSource(nameof(Suites))]
    public void Emitted_code_sees_every_bit_as_the_plain_walker_does(object suite)
    {
        var vectors = (VectorSuite)suite;
        Assert.That(string.Join("\n", vectors.Layouts.SelectMany(vectors.LayoutWalkFailures)), Is.Empty);
    }

    [TestCaseSource(nameof(Suites))]
    public void Every_bit_of_every_kind_of_entry_is_laid_out(object suite)
    {
        var vectors = (VectorSuite)suite;
        var levels = vectors.Probe.Facts.Levels;
        for (var level = 0; level < levels.Length; level++)
        {
            if (levels[level].CanLeaf) Assert.That(Covered(vectors, level, leaf: true), Is.EqualTo(Bits.EntryMask(vectors.Probe.Facts)), $"{levels[level].Name}, leaf");
            if (levels[level].CanTable) Assert.That(Covered(vectors, level, leaf: false), Is.EqualTo(Bits.EntryMask(vectors.Probe.Facts)), $"{levels[level].Name}, table");
        }
    }

    [TestCaseSource(nameof(Suites))]
    public void Every_changed_fact_makes_a_vector_fail(object suite)
    {
        var vectors = (VectorSuite)suite;
        var mutants = FactMutants.Of(vectors.Probe.Facts).ToList();
        Assert.That(mutants, Has.Count.GreaterThan(400));
        var survivors = mutants.Where(mutant => !vectors.Failures(mutant.Facts).Any()).Select(mutant => mutant.Name)
            .Except(Undecided.Where(known => vectors.Probe.Facts.Name.StartsWith(known.Format, StringComparison.Ordinal)).SelectMany(known => known.Mutants));
        Assert.That(string.Join("\n", survivors), Is.Empty);
    }

    /// <summary>What no vector can decide, by the beginning of the format's name: mostly two facts that refuse the same entries in the same words.</summary>
    private static readonly (string Format, string[] Mutants)[] Undecided =
    [
        // X without R is refused with W or without; memory type 3 by two rules; tables have no memory type, its bits must be zero.
        ("ept", ["forbidden 7 = 4: mask without 2", "forbidden 7 = 4: mask without 4", "forbidden 38 = 38: mask without 20", "forbidden 30 = 10: tables turned", "forbidden 38 = 38: tables turned"]),
        // W alone is refused as a leaf and as a pointer in the last table; so is a guest's leaf without U. Tables have neither W nor a memory type.
        ("riscv", ["Pte: Leaf.AnyOf ^ 4", "Pte: Leaf.Mask ^ 10", "forbidden 6 = 4: tables turned", "forbidden 6000000000000000 = 6000000000000000: tables turned"]),
        // An entry without U is refused, whatever it is.
        ("npt", ["Pmd: Leaf.Mask ^ 4", "Pud: Leaf.Mask ^ 4"]),
        ("vtd-fs", ["FsPde: Leaf.Mask ^ 4", "FsPdpe: Leaf.Mask ^ 4"]),
        // The root's registers must have bit 63 clear, so it denies nothing there.
        ("x86-pae", ["Execute of Any: to level 2"]),
    ];

    [Test]
    public void What_is_undecided_is_so()
    {
        foreach (var (format, mutants) in Undecided)
        {
            var surviving = VectorSuite.All.Where(suite => suite.Probe.Facts.Name.StartsWith(format, StringComparison.Ordinal))
                .SelectMany(suite => FactMutants.Of(suite.Probe.Facts).Where(mutant => mutants.Contains(mutant.Name) && !suite.Failures(mutant.Facts).Any()))
                .Select(mutant => mutant.Name)
                .Distinct();
            Assert.That(surviving, Is.EquivalentTo(mutants), format);
        }
    }

    private static ulong Covered(VectorSuite suite, int level, bool leaf) => suite.Layouts
        .Where(row => LayoutVectors.Place(row) == (level, leaf) && row.Settings.Count == 0)
        .Aggregate(0UL, (mask, row) => mask | LayoutVectors.Covered(row));
}
