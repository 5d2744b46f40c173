using System.Text.RegularExpressions;
using Fast.Tests;

namespace Fast.Tool.Tests.Documents;

/// <summary>docs/emitted-code.md quotes emitted code; the quotes are compared with what is emitted.</summary>
internal sealed partial class EmittedCodeTests
{
    [Test]
    public void Every_quoted_line_is_emitted_in_this_order()
    {
        var emitted = ToolRun.Of("formats", "x86-64-4l", "--emit").Out.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).ToList();
        var quotes = CodeBlock().Matches(Repository.Read("docs/emitted-code.md")).Select(match => match.Groups[1].Value).ToList();
        Assert.That(quotes, Is.Not.Empty);
        foreach (var quote in quotes)
        {
            var lines = quote.Split('\n').Select(line => line.Trim()).Where(line => line.Length != 0).ToList();
            var at = emitted.IndexOf(lines[0]);
            foreach (var line in lines)
            {
                var found = at < 0 ? -1 : emitted.IndexOf(line, at);
                Assert.That(found, Is.GreaterThanOrEqualTo(0), $"docs/emitted-code.md quotes a line that is not emitted there: {line}");
                at = found;
            }
        }
    }

    [GeneratedRegex("```csharp emitted\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
