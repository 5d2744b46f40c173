using System.Xml.Linq;

namespace Fast.Generators.Tests.Options;

/// <summary>What MSBuild properties change, and what a wrong one is told. docs/options.md names them all.</summary>
public sealed class OptionTests
{
    private static readonly string Other = Declarations.Format.Replace("Mine", "Yours", StringComparison.Ordinal).Replace("mine", "yours", StringComparison.Ordinal);

    [Test]
    public void Without_a_property_all_is_emitted_and_nothing_says_so()
    {
        var text = Run().Files["Consumer.Mine.g.cs"];
        Assert.That(text, Does.Not.Contain("WidestScan").And.Not.Contain("TableHooks").And.Not.Contain("FastPageTables"));
        var set = Run(("FastPageTablesScan", "vector512"), ("FastPageTablesTestHooks", "false"), ("FastPageTablesFormatList", ""));
        Assert.That(set.Files, Is.EquivalentTo(Run().Files), "the defaults, written out");
    }

    [Test]
    public void Only_the_named_formats_are_emitted_and_pairs_of_them()
    {
        var outcome = Run(("FastPageTablesFormatList", " YOURS ,"));
        Assert.That(outcome.Files.Keys, Is.EquivalentTo(new[] { "Consumer.Yours.g.cs", "FormatRegistry.g.cs" }));
        Assert.That(outcome.Complaints, Is.Empty);
        Assert.That(outcome.Files["FormatRegistry.g.cs"], Does.Contain("Consumer.Yours").And.Not.Contain("Consumer.Mine"));
        Assert.That(Run(("FastPageTablesFormatList", "mine")).Files.Keys, Does.Contain("Consumer.MineToVtd.g.cs").And.Contain("Consumer.MineOverEpt.g.cs").And.Not.Contain("Consumer.Yours.g.cs"));
    }

    [Test]
    public void An_unknown_format_is_told_once_and_the_known_ones_are_emitted()
    {
        var outcome = Run(("FastPageTablesFormatList", "mine,theirs"));
        Assert.That(outcome.Diagnostics.Select(Text), Is.EqualTo(new[] { "error FAST010: FastPageTablesFormats names 'theirs', which no [PageTableFormat] of this project declares: name some of mine, yours, or remove the property" }));
        Assert.That(outcome.Files.Keys, Does.Contain("Consumer.Mine.g.cs").And.Not.Contain("Consumer.Yours.g.cs"));
    }

    [Test]
    public void A_list_for_many_projects_is_no_error_where_nothing_is_declared() =>
        Assert.That(Compiler.Run(Compiler.Compilation("class Nothing;"), ("FastPageTablesFormatList", "mine")).Diagnostics, Is.Empty);

    [TestCase("scalar", "Scalar")]
    [TestCase("vector128", "Vector128")]
    [TestCase("VECTOR256", "Vector256")]
    public void A_narrower_scan_stands_in_the_emitted_file(string value, string member)
    {
        var outcome = Run(("FastPageTablesScan", value));
        Assert.That(outcome.Complaints, Is.Empty);
        Assert.That(outcome.Files["Consumer.Mine.g.cs"], Does.Contain($"public static ScanVariant WidestScan => ScanVariant.{member};").And.Contain($"//   FastPageTablesScan: at most {member}\n"));
    }

    [Test]
    public void Hooks_stand_in_the_place_of_every_accessor()
    {
        var outcome = Run(("FastPageTablesTestHooks", "True"));
        Assert.That(outcome.Complaints, Is.Empty);
        Assert.That(outcome.Files["Consumer.Mine.g.cs"], Does.Contain("TableHooks.Read(").And.Not.Contain("TableItems."));
    }

    [TestCase("FastPageTablesScan", "avx", "error FAST011: FastPageTablesScan is 'avx': write scalar, vector128, vector256 or vector512")]
    [TestCase("FastPageTablesScan", "3", "error FAST011: FastPageTablesScan is '3': write scalar, vector128, vector256 or vector512")]
    [TestCase("FastPageTablesTestHooks", "yes", "error FAST012: FastPageTablesTestHooks is 'yes': write true or false")]
    public void A_wrong_value_is_told_once_and_counts_as_not_set(string name, string value, string message)
    {
        var outcome = Run((name, value));
        Assert.That(outcome.Diagnostics.Select(Text), Is.EqualTo(new[] { message }));
        Assert.That(outcome.Files, Is.EquivalentTo(Run().Files));
    }

    [Test]
    public void Every_property_is_documented_and_shown_to_the_compiler()
    {
        var props = XDocument.Parse(Repository.Read("src", "Core", "PageTables", "buildTransitive", "Fast.PageTables.props"));
        var visible = props.Descendants("CompilerVisibleProperty").Select(property => (string)property.Attribute("Include")!).ToList();
        Assert.That(visible, Is.EquivalentTo(new[] { "FastPageTablesScan", "FastPageTablesTestHooks", "FastPageTablesFormatList" }));
        var text = Repository.Read("docs", "options.md");
        foreach (var name in new[] { "FastPageTablesScan", "FastPageTablesTestHooks", "FastPageTablesFormats", "FAST010", "FAST011", "FAST012" }) Assert.That(text, Does.Contain(name));
    }

    private static Outcome Run(params (string Name, string Value)[] properties) =>
        Compiler.Run(Compiler.Compilation(Declarations.Format, Other, Declarations.Pair, Declarations.Stages), properties);

    private static string Text(Microsoft.CodeAnalysis.Diagnostic diagnostic) => diagnostic.ToString()[diagnostic.ToString().IndexOf("error", StringComparison.Ordinal)..];
}
