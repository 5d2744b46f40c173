namespace Fast.Tool.Tests.Predict;

/// <summary>Listings that cannot be predicted: one line that says what, where and what to do.</summary>
internal sealed class WrongListingTests
{
    private const string Gpu = "3b:00.0 3D controller: NVIDIA Corporation GH100\n";

    [TestCase("", "standard input")]
    [TestCase("\n\n", "standard input")]
    [TestCase("hello\nworld\n", "standard input")]
    [TestCase("00:1f.0 ISA bridge: Intel Corporation Device\n\tControl: I/O+ Mem+\n", "no memory BAR")]
    [TestCase(Gpu + "\tRegion 0: I/O ports at e000 [size=256]\n", "no memory BAR")]
    [TestCase(Gpu + "\tRegion 0: Memory at <unassigned> (64-bit, prefetchable) [size=128G]\n", "<unassigned>")]
    [TestCase(Gpu + "\tRegion 0: Memory at 84000000000 (64-bit, prefet", "line 2")]
    [TestCase("00:00.0 Host bridge: Intel\n\tRegion 0: Memory at 80000000 (32-bit, non-prefetchable) [size=64K]\n", "no display controller")]
    [TestCase("\0\0ELF", "binary data")]
    public void A_listing_that_cannot_be_used_is_refused_in_one_line(string listing, string says)
    {
        var run = ToolRun.With(listing, "predict", "-").IsRefused();
        Assert.That(run.Error, Does.StartWith("fast: predict: ").And.Contain(says));
    }

    [Test]
    public void A_file_is_named_with_its_line()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "cut.txt");
        File.WriteAllText(path, Gpu + "\tRegion 2: Memory at 84000000000 (64-bit, prefetchable) [size=12");
        var run = ToolRun.Of("predict", path).IsRefused();
        Assert.That(run.Error, Does.Contain("cut.txt, line 2"));
    }

    [Test]
    public void A_knowledge_file_that_is_wrong_is_refused_with_its_line()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "knowledge.json");
        File.WriteAllText(path, "{\n  \"schema\": \"fast.knowledge/2\"\n}\n");
        var run = ToolRun.Of("predict", "--knowledge", path).IsRefused();
        Assert.That(run.Error, Does.Contain("knowledge.json, line 2"));
    }
}
