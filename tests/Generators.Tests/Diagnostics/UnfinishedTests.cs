using System.Text.RegularExpressions;

namespace Fast.Generators.Tests.Diagnostics;

/// <summary>Declarations on their way, as an editor sees them between two keystrokes: the compiler complains, the generator does not fail.</summary>
public sealed partial class UnfinishedTests
{
    private static readonly string s_source = Declarations.Format + "\n" + Declarations.Pair.Replace("using Fast.PageTables;\nnamespace Consumer;\n", "", StringComparison.Ordinal)
        + "[TwoStage(typeof(Mine), typeof(EptL4))]\npublic partial struct MineOverEpt;\n";

    private static IEnumerable<TestCaseData> Cut()
    {
        foreach (Match argument in Argument().Matches(s_source))
        {
            yield return new TestCaseData(s_source.Remove(argument.Index, argument.Length)).SetArgDisplayNames($"without {argument.Value} at {argument.Index}");
            yield return new TestCaseData(s_source.Remove(argument.Index, argument.Length).Insert(argument.Index, "\"text\"")).SetArgDisplayNames($"text for {argument.Value} at {argument.Index}");
            yield return new TestCaseData(s_source.Remove(argument.Index, argument.Length).Insert(argument.Index, "-1")).SetArgDisplayNames($"-1 for {argument.Value} at {argument.Index}");
            yield return new TestCaseData(s_source.Remove(argument.Index, argument.Length).Insert(argument.Index, "2147483647")).SetArgDisplayNames($"2^31 - 1 for {argument.Value} at {argument.Index}");
        }
    }

    [TestCaseSource(nameof(Cut))]
    public void A_missing_or_mistaken_argument_does_not_make_the_generator_fail(string source) =>
        Assert.That(Compiler.Run(source).Diagnostics.Select(diagnostic => diagnostic.Id), Has.All.StartsWith("FAST"));

    [GeneratedRegex("(?<=[(] ?|, |= )(?:[0-9][0-9xA-Fa-f_]*(?: << [0-9]+)?|\"[a-z]+\"|typeof[(][A-Za-z0-9]+[)]|Right[.][A-Za-z]+)(?=[,)])")]
    private static partial Regex Argument();
}
