using Microsoft.CodeAnalysis;

namespace Fast.Generators.Tests.Diagnostics;

/// <summary>docs/diagnostics.md lists the rules that there are, as they are.</summary>
public sealed class RuleDocumentTests
{
    [Test]
    public void Every_rule_stands_in_the_document_with_its_severity_and_title_and_no_other_does()
    {
        var rules = typeof(Generators.Diagnostics.Descriptors).GetFields().Select(field => (DiagnosticDescriptor)field.GetValue(null)!).ToList();
        var rows = Repository.Read("docs", "diagnostics.md").Split('\n').Where(line => line.StartsWith("| FAST", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();
        Assert.That(rows.Select(row => (row[1], row[2], row[3])), Is.EqualTo(rules.OrderBy(rule => rule.Id, StringComparer.Ordinal).Select(rule => (rule.Id, rule.DefaultSeverity == DiagnosticSeverity.Error ? "error" : "warning", rule.Title.ToString(null)))));
        Assert.That(rows.Select(row => row[4].Length), Has.All.GreaterThan(30), "what it means and how to mend it");
    }
}
