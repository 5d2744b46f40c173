using System.Text.Json;
using Fast.Perf.Compare;

namespace Fast.Perf.Tests;

/// <summary>The runner's own promises: rows that can be measured, budgets that name a line, nothing allocated.</summary>
[NonParallelizable]
internal sealed class CompareTests
{
    private const ulong Bytes = 1UL << 30;

    [TestCaseSource(nameof(Names))]
    public void A_row_can_be_measured_and_allocates_nothing(string name)
    {
        using var scope = new RowScope();
        var row = Rows.All(Bytes).Single(row => row.Name == name).Build(scope);
        var lines = Runner.Measure(row, 2, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(new RowResult(name, row, lines).Verdicts.Count(), Is.EqualTo(row.Budgets.Count), "each budget names a line");
            Assert.That(lines.Select(line => line.NanosecondsPerUnit.Min), Is.All.GreaterThan(0));
            Assert.That(lines[0].Contender.Role, Is.EqualTo(Role.Fast));
            if (!row.Threads) Assert.That(lines.Where(line => line.ManagedBytes != 0).Select(line => $"{line.Contender.Name}: {line.ManagedBytes}"), Is.Empty);
        });
    }

    [Test]
    public void The_json_document_holds_what_the_text_holds()
    {
        var (text, json) = (new StringWriter(), new StringWriter());
        Assert.That(CompareCommand.Run(["--filter", "generated: translate", "--rounds", "1", "--size", "1G"], text, TextWriter.Null, CancellationToken.None), Is.Zero);
        Assert.That(CompareCommand.Run(["--filter", "generated: translate", "--rounds", "1", "--size", "1G", "--json"], json, TextWriter.Null, CancellationToken.None), Is.Zero);
        using var document = JsonDocument.Parse(json.ToString());
        var rows = document.RootElement.GetProperty("rows");
        Assert.That(rows.GetArrayLength(), Is.EqualTo(1));
        foreach (var line in rows[0].GetProperty("contenders").EnumerateArray()) Assert.That(text.ToString(), Does.Contain(line.GetProperty("name").GetString()!));
    }

    [Test]
    public void An_option_that_is_none_is_named()
    {
        var errors = new StringWriter();
        Assert.That(CompareCommand.Run(["--slow"], TextWriter.Null, errors, CancellationToken.None), Is.EqualTo(1));
        Assert.That(errors.ToString(), Does.Contain("--slow"));
    }

    [Test]
    public void A_row_is_warmed_up_until_nothing_was_compiled_for_long_enough()
    {
        var runs = 0;
        var row = new Row("unit", [], [new Contender("work", Role.Fast, () => (ulong)++runs, 1)]);
        // Something is compiled in each of the first 100 rounds, and never again.
        var rounds = WarmUp.Run(row, () => Math.Min(runs, 100), () => TimeSpan.FromMilliseconds(50 * runs), CancellationToken.None);
        Assert.That(rounds, Is.EqualTo(100 + WarmUp.QuietRounds));
        runs = 0;
        // Nothing is, but rounds take no time: the JIT may not have begun to count.
        rounds = WarmUp.Run(row, () => 0, () => TimeSpan.FromMilliseconds(runs), CancellationToken.None);
        Assert.That(rounds, Is.EqualTo((int)WarmUp.QuietTime.TotalMilliseconds));
        runs = 0;
        // It never ends.
        rounds = WarmUp.Run(row, () => runs, () => TimeSpan.FromSeconds(runs), CancellationToken.None);
        Assert.That(rounds, Is.EqualTo(30));
    }

    private static IEnumerable<string> Names() => Rows.All(Bytes).Select(row => row.Name);
}
