using System.Text.RegularExpressions;
using Fast.Machines;

namespace Fast.Tool.Tests.Run;

/// <summary><c>fast run</c> with scenarios of rebalancing.</summary>
internal sealed class RebalanceRunTests
{
    private const string Small = """
        {
          "schema": "fast.scenario/1", "title": "Four <small> devices", "source": "made up", "machine": "rebalance",
          "windows": [{ "name": "bus", "base": "64G", "size": "4M" }],
          "types": [{ "name": "a", "bars": ["1M"], "quiesceSeconds": 0.5 }, { "name": "b", "bars": ["2M"] }],
          "devices": [{ "type": "a", "count": 4 }],
          "strategies": [{ "policy": "first-fit" }, { "name": "move", "policy": "first-fit", "reactions": ["move-one"] }],
          "hosts": [{ "name": "old", "bus": "kvm", "hostKernel": "6.12", "guestKernel": "6.12" }, { "name": "hv", "bus": "hyperv", "guestKernel": "5.19", "prepopulate": "leaves-memory-off", "flip": { "bytes": "128G", "seconds": 1.8 } }],
          "history": [{ "remove": "a-2" }, { "remove": "a-3" }, { "add": "new", "type": "b" }]
        }
        """;

    [Test]
    public void What_nothing_costs_and_the_cheapest_way_out_come_first()
    {
        var run = ToolRun.With(Small, "run", "-", "--quiet");
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
            Assert.That(run.Out, Does.Contain("'first-fit' refuses 1 of 1 device, 1 of them although enough is free in all."));
            Assert.That(run.Out, Does.Contain("the cheapest of those: 'move' refuses 0, moves 1 device and takes, in all, this much longer: "));
            Assert.That(run.Out, Does.Contain("refused: 2 MiB are free, the largest aligned piece has 1 MiB"));
        });
    }

    [Test]
    public void A_document_has_every_request_and_cost()
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "small.json");
        File.WriteAllText(file, Small);
        var move = ToolRun.Json("run", file).GetProperty("strategies")[1];
        var request = move.GetProperty("firstHistory")[0];
        var hosts = move.GetProperty("hosts");
        Assert.Multiple(() =>
        {
            Assert.That(request.GetProperty("freeBytes").GetInt64(), Is.EqualTo(2 << 20));
            Assert.That(request.GetProperty("largestAlignedBytes").GetInt64(), Is.EqualTo(1 << 20));
            Assert.That(request.GetProperty("reaction").GetString(), Is.EqualTo("move-one"));
            Assert.That(hosts[0].GetProperty("driverSeconds").GetDouble(), Is.EqualTo(0.5));
            Assert.That(hosts[0].GetProperty("maps").GetDouble(), Is.EqualTo(2));
            Assert.That(hosts[1].GetProperty("total").GetProperty("seconds").GetDouble(), Is.EqualTo(0.5 + (1.8 * 3 / (128 << 10))).Within(1e-9), "3 MiB of 128 GiB are flipped");
        });
    }

    [Test]
    public void A_page_loads_nothing_runs_nothing_and_has_a_picture_for_each_strategy()
    {
        var folder = TestContext.CurrentContext.WorkDirectory;
        var (file, page) = (Path.Combine(folder, "pictured.json"), Path.Combine(folder, "pictured.html"));
        File.WriteAllText(file, Small);
        Assert.That(ToolRun.Of("run", file, "--html", page, "--quiet").Exit, Is.EqualTo(ExitCode.Done));
        var html = File.ReadAllText(page);
        Assert.Multiple(() =>
        {
            Assert.That(html, Does.Not.Contain("<script").And.Not.Contain("http").And.Not.Contain("<img").And.Not.Contain("@import"));
            Assert.That(html, Does.Contain("prefers-color-scheme: dark"));
            Assert.That(html, Does.Contain("Four &lt;small&gt; devices").And.Not.Contain("<small>"));
            Assert.That(Regex.Matches(html, "aria-label=\"addresses over events\""), Has.Count.EqualTo(2), "one for each strategy");
            Assert.That(Regex.Matches(html, "aria-label=\"seconds by strategy\""), Has.Count.EqualTo(2), "one for each host");
            Assert.That(html, Does.Contain("class=\"bad\""), "the refused one");
            Assert.That(Regex.Matches(html, "NaN|∞"), Is.Empty);
        });
        var svgs = Regex.Matches(html, "<svg.*?</svg>", RegexOptions.Singleline);
        foreach (Match svg in svgs) Assert.That(() => System.Xml.Linq.XElement.Parse(svg.Value), Throws.Nothing);
    }

    [Test]
    public void Options_of_another_kind_are_refused_by_name()
    {
        Assert.That(ToolRun.Of("run", "dock", "--timeline", "x.json").IsRefused().Error, Does.Contain("run: --timeline is for scenarios of kvm, hyperv, and 'dock' is one of rebalance; leave --timeline out"));
        Assert.That(ToolRun.Of("run", "azure-14-gpus", "--html", "x.html").IsRefused().Error, Does.Contain("--html is for scenarios of rebalance"));
        Assert.That(File.Exists("x.html"), Is.False);
    }

    [Test]
    public void Every_policy_reaction_and_scenario_is_documented()
    {
        var text = Fast.Tests.Repository.Read("docs", "rebalancing.md");
        var scenarios = BuiltInScenarios.Names.Where(name => BuiltInScenarios.HeadOf(name)!.Machine == RebalanceScenario.Machine);
        var words = Enum.GetValues<PlacementPolicy>().Select(RebalanceStrategy.WordOf).Concat(Enum.GetValues<Reaction>().Select(RebalanceStrategy.WordOf)).Select(word => $"`{word}`");
        foreach (var word in words.Concat(scenarios.Select(name => "fast run " + name))) Assert.That(text, Does.Contain(word));
    }

    [Test]
    public void A_list_has_a_heading_for_each_kind() => Assert.That(ToolRun.Of("run", "--list").Out, Does.Contain("(machine: kvm, hyperv)").And.Contain("(machine: rebalance)").And.Contain("nvme-25"));
}
