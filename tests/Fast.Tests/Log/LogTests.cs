namespace Fast.Tool.Tests.Log;

internal sealed class LogTests
{
    private static string Data(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);

    [Test]
    public void The_dgx_h100_log_is_answered_first_and_says_what_the_excerpt_leaves_out()
    {
        var run = ToolRun.Of("log", Data("dgx-h100-guest-boot-dmesg-4gpu-host6.12.txt"));
        var lines = run.Out.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
            Assert.That(lines[0], Does.Contain("20 map events in 65.939 s, 95 to 106 ns for each page of 4K"));
            Assert.That(lines[1], Does.Contain("before Linux 6.15"));
            Assert.That(run.Out, Does.Contain("32 events in 104.688 s"));
        });
    }

    [Test]
    public void Standard_input_is_a_log_too() =>
        Assert.That(ToolRun.With(File.ReadAllText(Data("dgx-h100-guest-boot-dmesg-4gpu-host6.12.txt")), "log", "-").Out, Does.StartWith("standard input: 20 map events"));

    [TestCase("nvidia-guest-dmesg-bar0-0m.txt", "BAR0 is 0M @ 0x0 (PCI:0000:07:00.0)")]
    [TestCase("h100nvl-x4-guest-dmesg-40bit-no-space.txt", "no space for [mem size 0x4000000000 64bit pref]")]
    public void A_bar_without_a_place_is_found_though_no_gap_is_slow(string file, string says) =>
        Assert.That(ToolRun.Of("log", Data(file)).Out, Does.Contain("no map event took time").And.Contain("larger window").And.Contain(says));

    [Test]
    public void A_document_about_logs_is_no_log() =>
        Assert.That(ToolRun.With("# Where they came from\n\n| file | origin |\n|---|---|\n| a, b, c, d | e |\n", "log", "-").IsRefused().Error, Does.Contain("a Markdown document"));

    [Test]
    public void What_is_no_log_is_refused_with_its_name() =>
        Assert.That(ToolRun.Of("log", Data("h100-host-lspci-vv.txt")).IsRefused().Error, Does.Contain("a PCI listing (lspci)").And.Contain("dmesg"));

    [TestCase("nosuch.txt")]
    [TestCase(".")]
    public void A_file_that_cannot_be_read_is_refused(string path) => Assert.That(ToolRun.Of("log", path).IsRefused().Error, Does.Contain(path));
}
