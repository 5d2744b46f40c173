using System.Text.Json;
using Fast.Machines;

namespace Fast.Tool.Tests.Explain;

internal sealed class ExplainTests
{
    private static string Data(string file) => Path.Combine(AppContext.BaseDirectory, "Data", file);

    private static IEnumerable<string> Cases() => ExplainCases.All.Select(each => each.Id);

    [TestCaseSource(nameof(Cases))]
    public void A_case_triggers_its_rule_and_no_other_and_is_executed_so(string rule)
    {
        var document = ToolRun.Json("explain", "--case", rule, "--execute");
        var bars = document.GetProperty("devices").EnumerateArray().SelectMany(device => device.GetProperty("bars").EnumerateArray()).ToList();
        var stretches = bars.SelectMany(bar => bar.GetProperty("cpu").EnumerateArray().Concat(bar.GetProperty("iommu").EnumerateArray()));
        var rules = stretches.Select(stretch => stretch.GetProperty("blocked")).Where(blocked => blocked.GetArrayLength() > 0).Select(blocked => blocked[0].GetProperty("rule").GetString()).Distinct();
        Assert.Multiple(() =>
        {
            Assert.That(rules, Is.EqualTo(rule == "none" ? [] : new[] { rule }));
            Assert.That(bars.Select(bar => bar.GetProperty("executedEqual").GetBoolean()), Has.All.True);
        });
    }

    [Test]
    public void The_rules_are_listed_with_their_cases()
    {
        var run = ToolRun.Of("explain", "--rules");
        Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
        foreach (var rule in Cases()) Assert.That(run.Out, Does.Contain($"  {rule} "));
    }

    [TestCase("thp", "error", ExitCode.LimitExceeded)]
    [TestCase("thp", "note", ExitCode.LimitExceeded)]
    [TestCase("congruence", "error", ExitCode.Done)]
    [TestCase("congruence", "warning", ExitCode.LimitExceeded)]
    [TestCase("none", "note", ExitCode.Done)]
    public void A_limit_is_a_severity(string rule, string limit, object exit)
    {
        var run = ToolRun.Of("explain", "--case", rule, "--fail-on", limit);
        Assert.That(run.Exit, Is.EqualTo(exit));
        Assert.That(run.Out, Is.Not.Empty, "the result is printed all the same");
        Assert.That(run.Error, run.Exit == ExitCode.Done ? Is.Empty : Does.Contain($"--fail-on {limit}"));
    }

    [Test]
    public void The_answer_comes_first_and_names_the_numbers()
    {
        var lines = ToolRun.Of("explain", "--host-kernel", "6.12", "--thp", "never").Out.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(lines[0], Does.StartWith("dgx-h100: 4 devices; host Linux 6.12"));
            Assert.That(lines[1], Does.Contain("134,266,880 leaves of 4K").And.Contain("transparent_hugepage/enabled is never"));
            Assert.That(lines[2], Does.StartWith("Change: host: set "));
        });
    }

    [TestCase("h100-host-lspci-vv.txt")]
    [TestCase("b200-host-lspci-regions.txt")]
    [TestCase("b300-guest-lspci-vv-region2-missing.txt")]
    [TestCase("h20-guest-lspci-v.txt")]
    [TestCase("radeon-vega10-host-lspci-vv.txt")]
    [TestCase("arc-a750-host-lspci-rebar-1g-below4g.txt")]
    public void A_real_listing_is_explained(string file)
    {
        var run = ToolRun.Of("explain", Data(file), "--vmm", "qemu-8.2");
        Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
        Assert.That(run.Out, Does.Contain("the VMM aligns no mmap: VA 0x"));
    }

    /// <summary>A release whose entry somebody corrected is explained by the entry.</summary>
    [Test]
    public void A_corrected_release_is_honoured()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "explain-knowledge.json");
        ToolRun.Of("predict", "--write-knowledge", path);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"from\": \"9.2\", \"does\": \"aligned-mmap\"", "\"from\": \"9.9\", \"does\": \"aligned-mmap\"", StringComparison.Ordinal)
            .Replace("\"from\": \"6.12\", \"profile\": \"6.12\"", "\"from\": \"6.12\", \"profile\": \"6.1\"", StringComparison.Ordinal));
        string[] arguments = ["explain", "dgx-h100", "--vmm", "qemu-9.2", "--host-kernel", "6.12"];
        var built = ToolRun.Of(arguments).Out;
        Assert.That(built, Does.Not.Contain("the VMM aligns no mmap"));
        var corrected = ToolRun.Of([.. arguments, "--knowledge", path]).Out;
        Assert.That(corrected, Is.Not.EqualTo(built));
        Assert.That(ToolRun.Of("explain", "dgx-h100", "--vmm", "qemu-9.2", "--knowledge", path).Out, Does.Contain("the VMM aligns no mmap"));
        var json = ToolRun.Of([.. arguments, "--json", "--knowledge", path]).Out;
        Assert.That(json, Does.Contain("\"name\": \"6.1\""));
    }

    [Test]
    public void As_many_devices_are_explained_as_the_guest_gets()
    {
        Assert.That(ToolRun.Json("explain", "--gpus", "2").GetProperty("devices").GetArrayLength(), Is.EqualTo(2));
        Assert.That(ToolRun.Json("explain", "--gpus", "9").GetProperty("devices").GetArrayLength(), Is.EqualTo(9));
        Assert.That(ToolRun.Of("explain", "--gpus", "9").Out, Does.Contain("are assumed"), "and says that the listing has fewer");
        Assert.That(ToolRun.Of("explain", "--gpus", "0").IsRefused().Error, Does.Contain("from 1 to 64"));
    }

    [TestCase("nvidia-smi", "h100nvl-x4-guest-nvidia-smi-topo.txt")]
    [TestCase("/proc/iomem", "rtx4090x6-host-iomem-and-dmesg-rebar.txt")]
    [TestCase("no memory BAR", "mi300x-host-lspci-PP.txt")]
    [TestCase("command lines", "command-lines.txt")]
    public void Another_text_is_refused_with_what_it_is(string says, string file) => Assert.That(ToolRun.Of("explain", Data(file)).IsRefused().Error, Does.StartWith("fast: explain: ").And.Contain(says));

    [TestCase("write for example 2:0x7f0000000000", "--va", "2")]
    [TestCase("not on a page", "--va", "2:0x7f0000000001")]
    [TestCase("ends beyond user space", "--va", "2:0x7fffffff0000")]
    [TestCase("no device has a mapped region 1; there are 0, 2, 4", "--va", "1:0x7f0000000000")]
    [TestCase("write for example 2:0x10000000+4K", "--hole", "2:0x10000000")]
    [TestCase("reaches beyond region 0 of 16M", "--hole", "0:16M+4K")]
    [TestCase("one part of a region", "--protect", "0:0+4K,0:8K+4K")]
    [TestCase("not a VMM that is known; known are qemu", "--vmm", "xen-4.19")]
    [TestCase("explain-nowhere.json' cannot be read", "--knowledge", "explain-nowhere.json")]
    [TestCase("has no iommufd", "--backend", "iommufd", "--host-kernel", "6.1")]
    [TestCase("did you mean 'msix'?", "--case", "msi")]
    [TestCase("--case brings its own listing", "dgx-h100", "--case", "msix")]
    [TestCase("'severe' is not one of note, warning, error", "--fail-on", "severe")]
    [TestCase("there is no file 'none.txt'", "none.txt")]
    [TestCase("--host-kernel: Linux 5.15 is not modelled; accepted is any release from 6.1 to 7.3", "--host-kernel", "5.15")]
    public void Wrong_options_are_refused_in_one_line(string says, params string[] args) =>
        Assert.That(ToolRun.Of(["explain", .. args]).IsRefused().Error, Does.StartWith("fast: explain: ").And.Contain(says));
}
