using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;
using Fast.Perf.Disassembly;

namespace Fast.Perf.Tests;

/// <summary>
/// What the JIT makes of the hot methods, read from its own listing: a call, a bounds check, a narrow vector or a spilled local in a loop is what makes it slow, and
/// unlike a time it is the same on every machine and at every load.
/// </summary>
[Platform("Linux")]
internal sealed partial class InstructionShapeTests
{
    private static readonly Lazy<string> Widest = new(() => Listings(null));

    [Test]
    public void The_scan_compares_64_items_with_512_bit_vectors_and_leaves_the_loop_for_nothing()
    {
        RequireAvx512();
        var loop = LoopAround(Listing("scan"), "vpcmpeqq");
        Assert.Multiple(() =>
        {
            Assert.That(Count(loop, "vpcmpeqq .*zmm"), Is.EqualTo(8), loop);
            Assert.That(Count(loop, "valignq .*zmm"), Is.EqualTo(8), loop);
            Assert.That(Count(loop, @"\bcall\b"), Is.Zero, loop);
            Assert.That(Count(loop, @"zmmword ptr \[r(bp|sp)"), Is.Zero, "a vector is spilled:\n" + loop);
        });
    }

    [Test]
    public void A_run_is_written_with_three_stores_and_nothing_of_the_loop_lives_in_memory()
    {
        RequireX64();
        var listing = Listing("write-runs");
        var loop = LoopAround(listing, "tzcnt");
        Assert.Multiple(() =>
        {
            Assert.That(Count(listing, @"\bcall\b"), Is.Zero, listing);
            Assert.That(Count(loop, @"\[r(bp|sp)"), Is.Zero, "a local is spilled:\n" + loop);
            Assert.That(Count(loop, @"mov +qword ptr \[r"), Is.EqualTo(3), loop);
            Assert.That(Count(loop, "0xFFFFFFFFFF000"), Is.EqualTo(1), "the address mask is an immediate:\n" + loop);
            Assert.That(Count(listing, "prefetcht0"), Is.EqualTo(8), listing);
        });
    }

    [Test]
    public void The_fill_stores_four_512_bit_vectors_a_turn()
    {
        RequireAvx512();
        var listing = Listing("fill");
        Assert.Multiple(() =>
        {
            Assert.That(Count(listing, @"\bcall\b"), Is.Zero, listing);
            Assert.That(Count(LoopAround(listing, "zmmword ptr"), @"vmov\w+ +zmmword ptr \[r"), Is.EqualTo(4), listing);
        });
    }

    [Test]
    public void The_fill_stores_256_bit_vectors_where_there_are_no_wider_ones()
    {
        if (!Avx2.IsSupported) Assert.Ignore("no 256-bit vectors here");
        var listing = DisassemblyCommand.Find(Listings("256"), "LeafFill:Fill", "")!;
        Assert.That((Count(listing, "zmm"), Count(listing, @"\bcall\b"), Count(listing, @"vmov\w+ +ymmword ptr \[r")), Is.EqualTo((0, 0, 2)), listing);
    }

    [Test]
    public void The_count_reads_each_item_once_with_512_bit_vectors()
    {
        RequireAvx512();
        var listing = Listing("count");
        Assert.Multiple(() =>
        {
            Assert.That(Count(listing, @"\bcall\b"), Is.Zero, listing);
            Assert.That(Count(listing, @"\bzmmword ptr \[r"), Is.EqualTo(4), listing);
        });
    }

    [Test]
    public void Used_leaves_are_found_eight_at_a_time()
    {
        RequireAvx512();
        var listing = Listing("find-use");
        Assert.Multiple(() =>
        {
            Assert.That(Count(LoopAround(listing, "vpcmpeqq"), @"\bcall\b"), Is.Zero, listing);
            Assert.That(Count(listing, @"zmmword ptr \[r(bp|sp)"), Is.Zero, "a vector is spilled:\n" + listing);
            Assert.That(Count(listing, @"zmmword ptr \[r"), Is.EqualTo(1), "an item is loaded once:\n" + listing);
        });
    }

    [Test]
    public void A_cursor_in_its_run_compares_twice_and_adds()
    {
        RequireX64();
        var loop = LoopAround(Listing("cursor"), ", 0x1000");
        Assert.Multiple(() =>
        {
            Assert.That(Count(loop, @"\bcall\b"), Is.EqualTo(1), "out of the run there is one call:\n" + loop);
            Assert.That(Count(loop, @"^ +[a-z]"), Is.LessThanOrEqualTo(18), "with the call and its arguments:\n" + loop);
        });
    }

    [Test]
    public void A_translation_is_four_loads_with_masks_as_immediates()
    {
        RequireX64();
        var listing = Listing("translate");
        Assert.Multiple(() =>
        {
            Assert.That(Count(listing, @"\bcall\b"), Is.Zero, "a call or a bounds check:\n" + listing);
            Assert.That(Count(listing, @"mov +r\w+, qword ptr \[r\w+\+8\*r"), Is.EqualTo(4), listing);
            Assert.That(Count(listing, "0xFFFFFFFFFF000"), Is.GreaterThan(0), listing);
        });
    }

    private static void RequireAvx512()
    {
        if (!Vector512.IsHardwareAccelerated) Assert.Ignore("no 512-bit vectors here");
    }

    private static void RequireX64()
    {
        if (!X86Base.X64.IsSupported) Assert.Ignore("the expected instructions are those of x86-64");
    }

    private static string Listing(string file)
    {
        var (_, method, signature) = HotMethods.All.Single(hot => hot.File == file);
        return DisassemblyCommand.Find(Widest.Value, method, signature) ?? throw new AssertionException($"the JIT listed no {method}");
    }

    private static string Listings(string? widest) => DisassemblyCommand.Listings("dotnet", typeof(DisassemblyCommand).Assembly.Location, widest);

    /// <summary>The smallest loop, from the label that is jumped back to up to that jump, that holds an instruction.</summary>
    private static string LoopAround(string listing, string instruction)
    {
        var lines = listing.Split('\n');
        var labels = lines.Index().Where(line => Label().IsMatch(line.Item)).ToDictionary(line => Label().Match(line.Item).Groups[1].Value, line => line.Index);
        var loops = lines.Index().Where(line => Jump().IsMatch(line.Item))
            .Select(line => (Start: labels[Jump().Match(line.Item).Groups[1].Value], End: line.Index))
            .Where(loop => loop.Start < loop.End && lines[loop.Start..loop.End].Any(line => line.Contains(instruction, StringComparison.Ordinal)));
        var (start, end) = loops.OrderBy(loop => loop.End - loop.Start).First();
        return string.Join('\n', lines[start..(end + 1)]);
    }

    private static int Count(string listing, string pattern) => listing.Split('\n').Count(line => !line.StartsWith(';') && Regex.IsMatch(line, pattern));

    [GeneratedRegex(@"^(G_M\d+_IG\d+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+j\w+ +(?:SHORT )?(G_M\d+_IG\d+)")]
    private static partial Regex Jump();
}
