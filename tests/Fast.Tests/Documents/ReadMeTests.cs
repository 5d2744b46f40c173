using System.Text.RegularExpressions;
using Fast.Tests;
using Fast.Tool.Tests.Processes;

namespace Fast.Tool.Tests.Documents;

/// <summary>The README's examples are run, and what it says they print is what they print; times may differ.</summary>
internal sealed partial class ReadMeTests
{
    private static readonly string ReadMe = Repository.Read("README.md");

    private static IEnumerable<TestCaseData> ToolExamples() => ConsoleBlock().Matches(ReadMe)
        .Select(match => (Command: match.Groups["command"].Value, Printed: match.Groups["printed"].Value))
        .Where(example => ToolArguments(example.Command) is not null)
        .Select(example => new TestCaseData(ToolArguments(example.Command)!, example.Printed).SetName($"{{m}}({example.Command})"));

    [TestCaseSource(nameof(ToolExamples))]
    public void The_tool_prints_what_the_README_says(string[] arguments, string printed)
    {
        var run = ToolRun.Of(arguments);
        Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
        Assert.That(Timeless(run.Out), Is.EqualTo(Timeless(printed)));
    }

    [Test]
    public void The_README_opens_with_the_two_commands()
    {
        var opening = string.Join('\n', ReadMe.Split('\n').TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)));
        Assert.That(opening, Does.Contain("$ dotnet run -c Release --project src/Samples/Fast -- predict"));
        Assert.That(opening, Does.Contain("\ndotnet test Fast.sln -c Release\n"));
    }

    [Test]
    public void The_engine_example_is_the_sample_PinABar()
    {
        Assert.That(ReadMe, Does.Contain("```csharp\n" + Repository.Read("src/Samples/PinABar/Program.cs").TrimEnd('\n') + "\n```"));
    }

    [Test]
    public void The_engine_example_prints_what_the_README_says()
    {
        var printed = ConsoleBlock().Matches(ReadMe).Single(match => match.Groups["command"].Value.EndsWith("PinABar", StringComparison.Ordinal)).Groups["printed"].Value;
        var (exit, output, _) = ToolProcess.Wait(ToolProcess.Start(ToolProcess.Dotnet, [ToolProcess.Assembly("PinABar")]));
        Assert.That((exit, output.ReplaceLineEndings("\n").TrimEnd('\n')), Is.EqualTo((0, printed.TrimEnd('\n'))));
    }

    [Test]
    public void Every_file_that_the_README_links_to_exists()
    {
        foreach (Match link in Link().Matches(ReadMe)) Assert.That(Path.Exists(Repository.At(link.Groups[1].Value)), link.Groups[1].Value);
    }

    private static string[]? ToolArguments(string command)
    {
        foreach (var prefix in new[] { "fast ", "dotnet run -c Release --project src/Samples/Fast -- " })
        {
            if (command.StartsWith(prefix, StringComparison.Ordinal)) return command[prefix.Length..].Split(' ');
        }

        return null;
    }

    // Times measured here differ from run to run, and with them the width of their column. Predicted ones do not.
    private static string Timeless(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Contains(" here", StringComparison.Ordinal) ? Times().Replace(line, "T") : line);
        return Blanks().Replace(Rule().Replace(string.Join('\n', lines), "─"), " ").Trim();
    }

    [GeneratedRegex(@"```console\n\$ (?<command>[^\n]+)\n(?<printed>.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();

    [GeneratedRegex(@"\]\(([^)#:]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[0-9][0-9.,]* (s|ms|µs|ns)\b")]
    private static partial Regex Times();

    [GeneratedRegex("─+")]
    private static partial Regex Rule();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
