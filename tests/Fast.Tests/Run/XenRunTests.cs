using System.Text.Json;
using Fast.Tool.Tests.Json;

namespace Fast.Tool.Tests.Run;

internal sealed class XenRunTests
{
    private static readonly Lazy<string> Short = new(() => Write("short.json", """
        "settings": { "seconds": 2, "dom0Ram": "2G", "guestRam": "1G", "heap": "256M", "bar": "1G", "hostmem": "1G", "pool": "512M", "largest": "4M", "buffers": 8, "touchesPerSecond": 20 },
        "runs": [
          { "name": "in place", "strategy": "type-change-in-place" },
          { "name": "lend", "strategy": "lend-2m", "settings": { "dom0": "pv" } },
          { "name": "small heap", "strategy": "pv-exchange", "settings": { "dom0": "pv", "heap": "0" } }
        ]
        """));

    [Test]
    public void A_BAR_of_128_GiB_is_a_line_with_what_it_takes()
    {
        var run = ToolRun.Of("run", "xen-bar-128g", "--quiet");
        Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
        Assert.That(Line(run.Out, "Xen today"), Does.Contain("65,536").And.Contain("1,024"));
        Assert.That(Line(run.Out, "with 1 GiB leaves"), Does.Contain("128 GiB").And.Contain(" 2 "));
    }

    [Test]
    public void A_comparison_shows_every_run_with_counters_costs_and_where_the_defaults_come_from()
    {
        var run = ToolRun.Of("run", Short.Value, "--quiet");
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
            Assert.That(run.Out, Does.Contain("in place").And.Contain("split 2M").And.Contain("revoked p99").And.Contain("dall-2016").And.Contain("nobody has published a rate"));
            Assert.That(run.Out, Does.Contain("small heap: Xen's heap had no such block"));
            Assert.That(run.Out, Does.Not.Contain("does not hold"));
            Assert.That(Line(run.Out, "* lend:"), Does.Contain("dom0 pv"));
        });
    }

    [Test]
    public void Rates_are_a_table_and_a_sentence_for_each_crossing()
    {
        var file = Write("rates.json", """
            "settings": { "seconds": 5, "dom0Ram": "2G", "guestRam": "1G", "heap": "0", "bar": "1G", "hostmem": "1G", "pool": "512M", "smallest": "4M", "largest": "4M", "buffers": 4, "lifetime": 1e6, "burst": 1 },
            "rates": [0, 50],
            "runs": [{ "name": "in place", "strategy": "type-change-in-place" }, { "name": "pool", "strategy": "fixed-pool" }]
            """);
        var run = ToolRun.Of("run", file, "--quiet");
        Assert.That(run.Out, Does.Contain("0/s").And.Contain("50/s").And.Match("'in place' is cheaper up to [0-9.]+ moves per second, 'pool' beyond"));
    }

    [Test]
    public void A_page_for_a_browser_has_the_charts_and_loads_nothing()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "xen.html");
        Assert.That(ToolRun.Of("run", Short.Value, "--quiet", "--html", path).Exit, Is.EqualTo(ExitCode.Done));
        var html = File.ReadAllText(path);
        Assert.That(html, Does.Contain("leaves of dom0's map"));
        Assert.That(html, Does.Contain("<polygon class=\"a\"").And.Not.Contain("<script").And.Not.Contain("http"));
        Assert.That(() => System.Xml.Linq.XDocument.Parse(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal).Replace("<meta charset=\"utf-8\">", "", StringComparison.Ordinal)
            .Replace("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">", "", StringComparison.Ordinal)), Throws.Nothing, "every element is closed");
    }

    [TestCase("xen-bar-128g")]
    [TestCase("")]
    public void A_document_is_as_its_schema_says(string name)
    {
        var document = ToolRun.Json("run", name.Length == 0 ? Short.Value : name);
        Assert.That(document.GetProperty("machine").GetString(), Is.EqualTo("xen"));
        Assert.That(SchemaCheck.Problems("fast.run-1.schema.json", document), Is.Empty);
    }

    [Test]
    public void Costs_of_ones_own_change_times_and_no_count()
    {
        var text = BuiltInCosts();
        using (var costs = JsonDocument.Parse(text)) Assert.That(SchemaCheck.Problems("fast.xen-costs-1.schema.json", costs.RootElement), Is.Empty);
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "costs.json");
        File.WriteAllText(path, text.Replace("\"entryNanoseconds\": { \"value\": 100", "\"entryNanoseconds\": { \"value\": 1000", StringComparison.Ordinal));
        var (usual, other) = (Map(ToolRun.Json("run", "xen-bar-128g")), Map(ToolRun.Json("run", "xen-bar-128g", "--xen-costs", path)));
        Assert.That(other.GetProperty("allEntries").GetInt64(), Is.EqualTo(usual.GetProperty("allEntries").GetInt64()));
        Assert.That(other.GetProperty("seconds").GetDouble(), Is.EqualTo(usual.GetProperty("seconds").GetDouble() + (65_536 * 900e-9)).Within(1e-6));
        File.WriteAllText(path, text.Replace("judgement", "hearsay", StringComparison.Ordinal).Replace("\"id\": \"hearsay\"", "\"id\": \"judgement\"", StringComparison.Ordinal));
        Assert.That(ToolRun.Of("run", "xen-bar-128g", "--xen-costs", path).IsRefused().Error, Does.Contain("there is no source 'hearsay'").And.Contain("line "));
        Assert.That(ToolRun.Of("run", "xen-bar-128g", "--xen-costs", "nowhere.json").IsRefused().Error, Does.Contain("'nowhere.json' cannot be read"));
    }

    private static JsonElement Map(JsonElement document) => document.GetProperty("barMaps")[0];

    private static string BuiltInCosts()
    {
        using var stream = typeof(Fast.Machines.Xen.XenCosts).Assembly.GetManifestResourceStream("xen-costs.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [Test]
    public void Options_of_other_kinds_are_refused() => Assert.That(ToolRun.Of("run", "xen-bar-128g", "--timeline", "t.json").IsRefused().Error, Does.Contain("leave --timeline out"));

    [Test]
    public void A_list_has_them_under_a_heading_of_their_own() => Assert.That(ToolRun.Of("run", "--list").Out, Does.Contain("(machine: xen)").And.Contain("xen-compare").And.Contain("xen-crossover"));

    [Test]
    public void What_is_wrong_with_a_file_is_one_line() =>
        Assert.That(ToolRun.Of("run", Write("wrong.json", "\"runs\": [{ \"name\": \"n\", \"strategy\": \"pv-iommu\" }]")).IsRefused().Error, Does.Contain("scattered frames of a PV dom0; use dom0 pv"));

    private static string Line(string text, string start) => text.Split('\n').First(line => line.TrimStart().StartsWith(start, StringComparison.Ordinal));

    private static string Write(string name, string members)
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "xen-" + name);
        File.WriteAllText(path, $$"""{ "schema": "fast.scenario/1", "title": "A small machine", "source": "made up", "machine": "xen", {{members}} }""");
        return path;
    }
}
