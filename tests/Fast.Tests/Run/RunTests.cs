using System.Text.Json;
using Fast.Tool.Tests.Json;
using Fast.Machines;
using Fast.Tool.Run;

namespace Fast.Tool.Tests.Run;

internal sealed class RunTests
{
    [Test]
    public void Azure_is_a_table_with_what_was_observed_beside_it()
    {
        var run = ToolRun.Of("run", "azure-14-gpus", "--quiet");
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
            Assert.That(run.Out, Does.Contain("202 s").And.Contain("25.2 s").And.Contain("not explained"));
            Assert.That(run.Out.Split('\n')[1], Is.EqualTo("Slowest: 'before the patch', 202 s (202 to 202). Fastest with every BAR there and mapped: 'patched', 25.2 s (25.2 to 25.2)."));
            Assert.That(run.Out, Does.Contain("before the patch: 1 hypervisor-bus + 6 endpoint-sizing + 1 endpoint-rewrite"));
        });
    }

    [Test]
    public void A_list_names_every_scenario() => Assert.That(ToolRun.Of("run", "--list").Out, Does.Contain("azure-14-gpus").And.Contain("small-window"));

    [Test]
    public void A_scenario_of_ones_own_is_run_and_its_timeline_written()
    {
        var folder = TestContext.CurrentContext.WorkDirectory;
        var (file, timeline) = (Path.Combine(folder, "mine.json"), Path.Combine(folder, "timeline.json"));
        File.WriteAllText(file, """
            {
              "schema": "fast.scenario/1", "title": "One small GPU", "source": "made up", "machine": "kvm",
              "devices": [{ "count": 1, "bars": [{ "slot": 0, "size": "64M", "bits": 64 }] }],
              "runs": [{ "name": "only", "hostKernel": "6.16", "guestKernel": "6.16" }]
            }
            """);
        var document = ToolRun.Json("run", file, "--timeline", timeline);
        using var written = JsonDocument.Parse(File.ReadAllText(timeline));
        var events = document.GetProperty("runs")[0].GetProperty("events").GetInt32();
        Assert.That(SchemaCheck.Problems("fast.run-1.schema.json", document), Is.Empty);
        Assert.That(events, Is.EqualTo(6));
        Assert.That(written.RootElement.GetProperty("traceEvents").EnumerateArray().Count(each => each.GetProperty("name").GetString()!.StartsWith("map ", StringComparison.Ordinal)), Is.EqualTo(events));
    }

    /// <summary>Every row that was counted on a real kernel, of 1 GiB here; <c>fast run bar-32g</c> is the same at the size of the cover letter.</summary>
    [Test]
    public void One_bar_on_every_profile_does_what_the_real_kernels_were_counted_doing()
    {
        var text = System.Text.Encoding.UTF8.GetString(BuiltInScenarios.BytesOf("bar-32g")!).Replace("\"32G\"", "\"1G\"", StringComparison.Ordinal);
        var run = ToolRun.With(text, "run", "-", "--json", "--quiet");
        using var document = JsonDocument.Parse(run.Out);
        var rows = document.RootElement.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(SchemaCheck.Problems("fast.run-1.schema.json", document.RootElement), Is.Empty);
            Assert.That(rows, Has.Length.EqualTo(24));
            Assert.That(rows.Select(row => row.GetProperty("equal").ValueKind), Is.All.EqualTo(JsonValueKind.True), "each row of 1 GiB was counted");
            Assert.That(ToolRun.With(text, "run", "-", "--quiet").Out, Does.Contain("equal").And.Not.Contain("DIFFERS").And.Not.Contain("not counted "));
        });
    }

    /// <summary>The same at full size: dotnet test tests/Fast.Tests -c Release --filter "Name~At_32_GiB". The kernel path's rows of 32 GiB are also among the always-run tests of Map.</summary>
    [Test]
    [Explicit]
    public void At_32_GiB_the_rows_that_were_counted_are_equal_too()
    {
        using var document = JsonDocument.Parse(ToolRun.Of("run", "bar-32g", "--json", "--quiet").Out);
        var equal = document.RootElement.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("equal")).Where(value => value.ValueKind != JsonValueKind.Null).ToArray();
        Assert.That(equal.Select(value => value.GetBoolean()), Is.All.True);
        Assert.That(equal, Has.Length.EqualTo(2 * 5), "6.1, 6.12, 6.16, 7.2 aligned and 7.2 off by 2M");
    }

    [TestCase("1000", ExitCode.Done)]
    [TestCase("100", ExitCode.LimitExceeded)]
    public void A_limit_decides_the_exit_code(string limit, ExitCode exit)
    {
        var run = ToolRun.Of("run", "azure-14-gpus", "--fail-over", limit, "--quiet");
        Assert.That((run.Exit, run.Out.Length > 0, run.Error.Contains("'before the patch' is above --fail-over 100", StringComparison.Ordinal)), Is.EqualTo((exit, true, exit == ExitCode.LimitExceeded)));
    }

    [TestCaseSource(nameof(BuiltIn))]
    public void Every_built_in_scenario_belongs_to_one_kind_that_reads_it(string name)
    {
        var kind = new ScenarioKinds(new RunOptions()).KindOf(BuiltInScenarios.BytesOf(name), name, out var error);
        Assert.That(error, Is.Null);
        Assert.That(kind!.TryRead(BuiltInScenarios.BytesOf(name), name, out _, out error), Is.True, error);
    }

    [Test]
    public void No_machine_belongs_to_two_kinds() => Assert.That(new ScenarioKinds(new RunOptions()).All.SelectMany(kind => kind.Machines), Is.Unique);

    [TestCase("vmware", "line 4: machine: 'vmware' is not one of kvm, hyperv, bar, rebalance, xen")]
    [TestCase("hyper-v", "did you mean 'hyperv'?")]
    public void A_machine_that_nobody_knows_is_refused_with_those_that_are_known(string machine, string says)
    {
        var run = ToolRun.With($"{{\n\"schema\": \"fast.scenario/1\",\n\"title\": \"t\", \"source\": \"s\",\n\"machine\": \"{machine}\" }}", "run", "-").IsRefused();
        Assert.That(run.Error, Does.StartWith("fast: run: standard input, line 4").And.Contain(says));
    }

    private static string[] BuiltIn() => [.. BuiltInScenarios.Names];

    [TestCase("run")]
    [TestCase("run", "--list", "--json")]
    [TestCase("run", "--list", "--timeline", "x.json")]
    [TestCase("run", "azure-14-gpu")]
    [TestCase("run", "--list", "azure-14-gpus")]
    [TestCase("run", "azure-14-gpus", "--timeline", "")]
    [TestCase("run", "azure-14-gpus", "--html", "x.html")]
    [TestCase("run", "dock", "--timeline", "x.json")]
    public void What_cannot_be_run_is_refused(params string[] args) => ToolRun.Of(args).IsRefused();

    [Test]
    public void A_near_name_is_proposed() => Assert.That(ToolRun.Of("run", "azure-14-gpu").Error, Does.Contain("azure-14-gpus"));
}
