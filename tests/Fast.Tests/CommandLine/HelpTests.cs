using Fast.Tool.CommandLine;

namespace Fast.Tool.Tests.CommandLine;

internal sealed class HelpTests
{
    [TestCase("Exit codes:", "--help")]
    [TestCase("'fast VERB --help' lists the options of a verb", "--help")]
    [TestCase("fast map --size 32G --compare", "map", "--help")]
    [TestCase("amdv1 (amd-v1)", "map", "--help")]
    [TestCase("riscv-sv48x4", "predict", "--help")]
    [TestCase("lspci -vv | fast predict -", "predict", "-h")]
    [TestCase("fast formats vtd-ss-4l --emit", "formats", "-?")]
    public void Help_goes_to_standard_output_with_examples(string says, params string[] args)
    {
        var run = ToolRun.Of(args);
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
            Assert.That(run.Out, Does.Contain(says));
            Assert.That(run.Error, Is.Empty);
        });
    }

    [Test]
    public void Help_has_the_verbs_in_the_order_in_which_they_are_needed()
    {
        string[] verbs = ["predict", "map", "explain", "fit", "log", "run", "check", "walk", "measure", "formats"];
        Assert.That(ToolRun.Of("--help").Out.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()).Where(verbs.Contains), Is.EqualTo(verbs));
    }

    [Test]
    public void Version_is_that_of_the_tool() => Assert.That(ToolRun.Of("--version").Out.Trim(), Is.EqualTo($"fast {VersionLine.Text}"));

    [Test]
    public void Help_wins_over_wrong_options() => Assert.That(ToolRun.Of("map", "--size", "32X", "--help").Exit, Is.EqualTo(ExitCode.Done));
}
