namespace Fast.Tool.Tests.Map;

internal sealed class MapTextTests
{
    [Test]
    public void The_comparison_says_what_became_of_lookups_and_what_did_not()
    {
        var run = ToolRun.Of("map", "--size", "32G", "--compare", "--quiet");
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
            Assert.That(run.Error, Is.Empty);
            Assert.That(run.Out, Does.Contain("8,388,608 lookups become 32 (÷ 262,144)"));
            Assert.That(run.Out, Does.Contain("stays at 8,388,608 steps on every one of these kernels"));
            Assert.That(run.Out, Does.Contain("together improve only 5.2 to 6.9 times by instructions"));
            Assert.That(run.Out, Does.Contain("Fast path: does both in 32 leaves"));
        });
    }

    [Test]
    public void The_comparison_on_AMD_says_since_when_the_unmap_is_dear()
    {
        var text = ToolRun.Of("map", "--size", "1G", "--compare", "--iommu", "amdv1", "--quiet").Out;
        Assert.That(text, Does.Contain("Unmap: 1 step on Linux 6.1 and 6.12 and 6.16, 262,144 steps on Linux 7.2").And.Contain("1 x 1G").And.Contain("assumed to be VT-d's"));
    }

    [TestCase("into AMD IOMMU v1", "assumed to be VT-d's", "--kernel", "6.12", "--iommu", "amdv1")]
    [TestCase("once for each entry, once in all; Linux 7.0 and newer ask for each 4K", "a lower bound", "--kernel", "6.16", "--iommu", "amdv1")]
    [TestCase("asks the IOMMU for each 4K all the same, 262,144 times", "AMD IOMMU v1", "--kernel", "7.3", "--iommu", "amdv1")]
    [TestCase("into Arm SMMU stage 1, 4K granule", "entries removed", "--path", "fast", "--iommu", "armv8-s1-4k")]
    public void The_IOMMU_is_named(string says, string andSays, params string[] options) =>
        Assert.That(ToolRun.Of(["map", "--size", "1G", .. options]).Out, Does.Contain(says).And.Contain(andSays));

    [Test]
    public void A_comparison_without_gain_says_so() =>
        Assert.That(ToolRun.Of("map", "--size", "64M", "--va-skew", "4K", "--compare").Out, Does.Contain("16,384 lookups stay 16,384"));

    [Test]
    public void A_comparison_of_one_page_speaks_of_one()
    {
        var text = ToolRun.Of("map", "--size", "4K", "--compare").Out;
        Assert.That(text, Does.Contain("1 lookup stay 1 ").And.Contain("stays at 1 step on").And.Contain("does both in 1 leaf,"));
    }

    [TestCase("although 1 leaf would do", "--kernel", "6.12")]
    [TestCase("one lookup for each of 1 leaf", "--kernel", "7.3")]
    [TestCase("the mmap is 4K off; align it to the BAR modulo 1G", "--kernel", "7.3", "--va-skew", "4K")]
    [TestCase("with transparent_hugepage/enabled at never this kernel maps BARs by 4K", "--kernel", "6.15", "--thp", "never")]
    [TestCase("before 6.12 a BAR is never mapped by huge leaves", "--kernel", "6.1")]
    [TestCase("the BAR's size plays no part", "--path", "fast")]
    public void A_line_says_what_it_means(string says, params string[] options) =>
        Assert.That(ToolRun.Of(["map", "--size", "1G", .. options]).Out, Does.Contain(says));

    [Test]
    public void Text_has_no_trailing_spaces_and_no_colours_in_a_file()
    {
        var text = ToolRun.Of("map", "--size", "1G").Out;
        Assert.That(text, Does.Not.Contain("\u001b").And.Not.Match(@"[ \t]\n"));
    }

    [Test]
    public void A_terminal_gets_colours()
    {
        using var output = new StringWriter();
        using var input = new StringReader("");
        var streams = new CliStreams(output, TextWriter.Null, input) { OutHasColour = true, Width = 100 };
        Cli.RunAsync(["map", "--size", "1G"], streams, CancellationToken.None).GetAwaiter().GetResult();
        Assert.That(output.ToString(), Does.Contain("\u001b["));
    }
}
