using System.Text;
using Fast.Machines;
using Fast.Machines.Xen;

namespace Fast.Tests.Xen;

/// <summary>Scenario files about Xen, and the file of its costs.</summary>
public sealed class XenFileTests
{
    private static string[] Names => [.. BuiltInScenarios.Names.Where(name => name.StartsWith("xen-", StringComparison.Ordinal))];

    [TestCaseSource(nameof(Names))]
    public void Every_built_in_scenario_is_read(string name) => Assert.That(XenScenario.TryRead(BuiltInScenarios.BytesOf(name)!, name, out _, out var error), error);

    [Test]
    public void The_comparison_has_every_strategy() => Assert.That(
        Read(BuiltIn("xen-compare"), out _)!.Runs.Select(run => run.Strategy.Id).Distinct(), Is.EquivalentTo(Strategy.All.Select(strategy => strategy.Id)));

    [Test]
    public void Every_strategy_has_a_scenario_beside_the_comparison() => Assert.That(
        Names.Except(["xen-compare"]).SelectMany(name => Read(BuiltIn(name), out _)!.Runs).Select(run => run.Strategy.Id).Distinct(), Is.EquivalentTo(Strategy.All.Select(strategy => strategy.Id)));

    [TestCase("\"foreign-4k\"", "\"foreign-4K\"", "runs[0].strategy: 'foreign-4K' is not one of")]
    [TestCase("\"migrationsPerSecond\": 0", "\"migrationsPerSecond\": -1", "runs[1].settings.migrationsPerSecond: -1 is not a number from 0 on")]
    [TestCase("\"migrationsPerSecond\": 0", "\"migrations\": 0", "'migrations' is not a field here")]
    [TestCase("\"migrationsPerSecond\": 0", "\"dom0\": \"hvm\"", "'hvm' is not one of pv, pvh-ept-shared")]
    [TestCase("\"migrationsPerSecond\": 0", "\"pool\": \"5000\"", "runs[1].settings.pool: 5000 is not a multiple of 4K")]
    [TestCase("\"migrationsPerSecond\": 0", "\"exchangeOrder\": 19", "runs[1].settings.exchangeOrder: 19 is not a whole number from 0 to 18")]
    [TestCase("\"migrationsPerSecond\": 0", "\"smallest\": \"128M\"", "the smallest buffer, 128M, is larger than the largest, 64M")]
    [TestCase("\"migrationsPerSecond\": 0", "\"alignment\": \"12K\"", "an alignment is a power of two, and 12K is none")]
    [TestCase("\"migrationsPerSecond\": 0", "\"guestRam\": \"128M\"", "a buffer of 64M is more than a quarter of a domain's memory")]
    [TestCase("\"runs\": [", "\"run\": [", "'run' is not a field here")]
    [TestCase("\"machine\"", "\"machin\"", "'machine' is missing")]
    [TestCase("\"title\"", "\"rates\": [1e9], \"title\"", "rates[0]: at most 1000000")]
    public void What_is_wrong_with_a_file_is_said_with_line_and_field(string right, string wrong, string message)
    {
        var text = BuiltIn("xen-foreign");
        Assert.That(text, Does.Contain(right));
        var at = text.IndexOf(right, StringComparison.Ordinal);
        Assert.That(Read(text[..at] + wrong + text[(at + right.Length)..], out var error), Is.Null);
        Assert.That(error, Does.StartWith("mine.json, line ").And.Contain(message).And.EndWith("see fast.scenario-1.schema.json").And.Not.Contain("\n"));
    }

    [TestCase("type-change-in-place", "pv", "a PV dom0 does not have")]
    [TestCase("pv-exchange", "pvh-ept-shared", "use dom0 pv")]
    [TestCase("lend-2m", "pvh-ept-shared\", \"guestIommu\": \"shared", "use guestIommu own")]
    [TestCase("foreign-4k", "pvh-npt-mirrored\", \"guestIommu\": \"shared", "an AMD IOMMU cannot walk a p2m")]
    public void A_strategy_that_does_not_fit_dom0_is_refused(string strategy, string dom0, string message)
    {
        var text = BuiltIn("xen-foreign").Replace("\"strategy\": \"foreign-4k\"", $"\"strategy\": \"{strategy}\", \"settings\": {{ \"dom0\": \"{dom0}\" }}", StringComparison.Ordinal)
            .Replace(", \"settings\": { \"migrationsPerSecond\": 0 }", "", StringComparison.Ordinal);
        Assert.That(Read(text, out var error), Is.Null);
        Assert.That(error, Does.Contain(message));
        Assert.That(error, Does.Contain("runs[0].strategy"));
    }

    [Test]
    public void Nothing_to_run_is_said()
    {
        Assert.That(Read("""{ "schema": "fast.scenario/1", "title": "t", "source": "s", "machine": "xen" }""", out var error), Is.Null);
        Assert.That(error, Does.Contain("there is nothing to run: give 'runs', 'barMaps' or both"));
    }

    [Test]
    public void Every_cost_has_a_source_and_the_limits_are_Xens()
    {
        var costs = XenCosts.Default;
        Assert.Multiple(() =>
        {
            Assert.That(costs.Figures.Select(cost => cost.Source).Distinct(), Is.SubsetOf(costs.Sources.Keys));
            Assert.That(costs.Figures.Select(cost => cost.Confidence).Distinct(), Is.SubsetOf(new[] { "measured", "derived", "read", "assumed" }));
            Assert.That((costs.EntriesPerCall(P2mType.MmioDirect), new XenSettings().ExchangeOrder), Is.EqualTo((64, 18)));
            Assert.That(costs.Hypercall, Is.EqualTo(1228 / 2.1).Within(1), "cycles at 2.1 GHz");
            Assert.That(costs.Fault, Is.EqualTo((11_262 + 10_050) / 2.1).Within(1));
        });
    }

    [TestCase("\"value\": 585", "\"value\": -1", "costs.hypercallNanoseconds.value: -1 is not a number from 0 on")]
    [TestCase("\"source\": \"judgement\"", "\"source\": \"hearsay\"", "there is no source 'hearsay'")]
    [TestCase("\"mmioEntriesPerCall\": { \"value\": 64", "\"mmioEntriesPerCall\": { \"value\": 0", "limits.mmioEntriesPerCall.value: 0 is not a whole number from 1")]
    [TestCase("\"lockNanoseconds\"", "\"lokNanoseconds\"", "'lockNanoseconds' is missing")]
    public void What_is_wrong_with_a_file_of_costs_is_said(string right, string wrong, string message)
    {
        using var stream = typeof(XenCosts).Assembly.GetManifestResourceStream("xen-costs.json")!;
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        var at = text.IndexOf(right, StringComparison.Ordinal);
        Assert.That(XenCosts.TryRead(Encoding.UTF8.GetBytes(text[..at] + wrong + text[(at + right.Length)..]), "c.json", out _, out var error), Is.False);
        Assert.That(error, Does.StartWith("c.json, line ").And.Contain(message).And.Not.Contain("\n"));
    }

    private static string BuiltIn(string name) => Encoding.UTF8.GetString(BuiltInScenarios.BytesOf(name)!);

    private static XenScenario? Read(string text, out string? error) => XenScenario.TryRead(Encoding.UTF8.GetBytes(text), "mine.json", out var scenario, out error) ? scenario : null;
}
