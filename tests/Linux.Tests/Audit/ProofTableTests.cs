using System.Text.RegularExpressions;

namespace Fast.Tests;

/// <summary>
/// docs/vfio-path-tests.md says which test holds which row of the behaviour that the path follows. Here the page is held: no row is missing, and every test that it names is there and runs always.
/// </summary>
public partial class ProofTableTests
{
    private const int Scenarios = 68;

    private static readonly string[] s_invariants =
    [
        "I-pin", "I-none", "I-map", "I-cover", "I-fail", "I-disjoint", "I-avail", "I-lock", "I-batch", "I-nz", "I-progress", "I-leaf", "I-align", "I-chunk", "I-rsvd", "I-lockorder", "I-sync", "I-unmap",
        "I-zap", "I-refault", "I-split", "I-kvm", "I-pgsize", "I-pt-atomic", "I-pt-free", "I-count", "I-toggle", "I-equivalence",
    ];

    private static readonly Dictionary<string, (string What, string[] Tests)> s_rows = ReadRows();

    [Test]
    public void Every_scenario_has_a_test_of_its_number()
    {
        var wrong = Enumerable.Range(1, Scenarios).Where(number => !IsHeld($"10.{number}", test => NumbersOf(test).Contains(number))).ToList();
        Assert.That(wrong, Is.Empty, "scenarios without a test Scenario_N_…");
    }

    [Test]
    public void Every_invariant_has_a_test_of_its_name()
    {
        var wrong = s_invariants.Index()
            .Where(each => !s_rows.TryGetValue($"9.{each.Index + 1}", out var row) || !row.What.StartsWith(each.Item + ":", StringComparison.Ordinal)
                || !row.Tests.Any(test => test.Split('.')[1].StartsWith(each.Item.Replace('-', '_') + "_", StringComparison.Ordinal)))
            .Select(each => each.Item);
        Assert.That(wrong, Is.Empty, "invariants without a test I_name_…");
    }

    [Test]
    public void Every_formula_every_counted_section_and_every_promise_has_a_row()
    {
        string[] wanted =
        [
            .. Enumerable.Range(1, 7).Select(number => $"1.7.{number}"),
            .. from section in new[] { "2a", "2b", "2e" } from kernel in new[] { "6.1", "6.12", "6.16", "7.2" } select $"lab.{section}.{kernel}",
            .. Enumerable.Range(1, 7).Select(number => $"build.{number}"),
            "show.sequences", "show.defects", "show.patches", "show.failures", "show.lockfree.interleavings", "show.lockfree.suspended", "show.lockfree.poison", "show.lockfree.threads", "show.agreement",
        ];
        Assert.That(wanted.Where(row => !s_rows.Keys.Any(key => key == row || key.StartsWith(row + ".", StringComparison.Ordinal))), Is.Empty);
        Assert.That(s_rows.Values.Where(row => row.Tests.Length == 0), Is.Empty);
    }

    [Test]
    public void Every_test_that_the_page_names_exists_and_runs_always()
    {
        var tests = FindTests();
        Assert.That(s_rows.SelectMany(row => row.Value.Tests.Where(test => !tests.Contains(test)).Select(test => $"{row.Key}: {test}")), Is.Empty);
    }

    /// <summary>The other way round: a scenario's or an invariant's test that the page forgot.</summary>
    [Test]
    public void Every_scenario_and_invariant_that_is_tested_is_on_the_page()
    {
        var named = s_rows.Values.SelectMany(row => row.Tests).ToHashSet();
        Assert.That(FindTests().Where(test => test.Split('.')[1] is var name && (NumbersOf(test).Count > 0 || name.StartsWith("I_", StringComparison.Ordinal)) && !named.Contains(test)), Is.Empty);
    }

    private static bool IsHeld(string row, Func<string, bool> test) => s_rows.TryGetValue(row, out var found) && found.Tests.Any(test);

    private static List<int> NumbersOf(string test) => Scenario().Match(test.Split('.')[1]) is { Success: true } match
        ? [.. match.Groups.Values.Skip(1).Where(group => group.Length > 0).Select(group => int.Parse(group.ValueSpan, System.Globalization.CultureInfo.InvariantCulture))]
        : [];

    private static Dictionary<string, (string, string[])> ReadRows()
    {
        var rows = new Dictionary<string, (string, string[])>();
        foreach (var line in Repository.Read("docs", "vfio-path-tests.md").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            Assert.That(cells, Has.Length.EqualTo(5), line);
            rows.Add(cells[1], (cells[2], [.. cells[3].Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(test => test.Trim('`'))]));
        }

        return rows;
    }

    /// <summary>Every method of the test projects that NUnit or FsCheck runs without being asked to, as Class.Method.</summary>
    private static HashSet<string> FindTests()
    {
        var tests = new HashSet<string>();
        foreach (var file in Directory.EnumerateFiles(Repository.At("tests"), "*.cs", SearchOption.AllDirectories))
        {
            var (text, type, from) = (File.ReadAllText(file), "", 0);
            foreach (Match match in Declaration().Matches(text))
            {
                var attributes = text[from..match.Index];
                from = match.Index + match.Length;
                if (match.Groups[1].Success) type = match.Groups[1].Value;
                else if (Attribute().IsMatch(attributes) && !attributes.Contains("Explicit(", StringComparison.Ordinal)) tests.Add($"{type}.{match.Groups[2].Value}");
            }
        }

        return tests;
    }

    [GeneratedRegex(@"^Scenario_(\d+)(?:_and_(\d+))?_")]
    private static partial Regex Scenario();

    [GeneratedRegex(@"^[ \t]*(?:(?:public|internal|private|sealed|static|abstract|partial) )+(?:class|record) (\w+)|public (?:static )?(?:void|FsCheck\.Property|Task) (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\[(?:[\w.]+\()?(?:FsCheck\.NUnit\.)?(?:Test|TestCase|TestCaseSource|Property)\b")]
    private static partial Regex Attribute();
}
