using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fast.Generators.Tests.Diagnostics;

/// <summary>Bits that nothing claims: a warning that says what to write, and code all the same.</summary>
public sealed class AccountTests
{
    /// <summary>What is left open by the good declaration, closed.</summary>
    private const string Closed = """
        [Ignored(EntryKinds.Any, 0xFFFF_C000_0000_0F1C), Ignored(EntryKinds.Leaf, 0x80, ToLevel = 0), Ignored(EntryKinds.Table, 0x40)]
        [MustBeZero(1, EntryKinds.Leaf, 0x1FF000)]
        [TableValue(0x3)]
        """;

    [Test]
    public void A_declaration_that_accounts_for_every_bit_is_told_nothing() => Assert.That(Told(Declarations.With("[TableValue(0x3)]", Closed)), Is.Empty);

    [TestCase("0x80, ToLevel = 0), ", "0x80, ToLevel = -1), ", "FAST016: in 'Mine', bits 7 of a level 0 leaf entry are nothing", "[Ignored(EntryKinds.Leaf, 0x80, FromLevel = 0, ToLevel = 0)]")]
    [TestCase("EntryKinds.Table, 0x40)", "EntryKinds.Table, 0x40, FromLevel = 2)", "FAST016: in 'Mine', bits 6 of a level 1 table entry are nothing", "[Ignored(EntryKinds.Table, 0x40, FromLevel = 1, ToLevel = 1)]")]
    [TestCase("0xFFFF_C000_0000_0F1C", "0x0FFF_C000_0000_051C", "FAST016: in 'Mine', bits 63:60, 11, 9 of a level 0 leaf entry are nothing", "0xF000000000000A00")]
    [TestCase("[MustBeZero(1, EntryKinds.Leaf, 0x1FF000)]", "[MustBeZero(1, EntryKinds.Leaf, 0x1FE000)]", "FAST017: in 'Mine', bits 12 of a level 1 leaf", "write [MustBeZero(1, EntryKinds.Leaf, 0x1000)] if hardware refuses them")]
    public void A_forgotten_bit_is_told_with_what_to_write(string old, string changed, string what, string remedy)
    {
        var told = Told(Declarations.With("[TableValue(0x3)]", Closed).Replace(old, changed, StringComparison.Ordinal));
        Assert.That(told, Has.Some.Contains(what).And.Some.Contains(remedy));
        Assert.That(told, Has.All.StartsWith("Source0.cs").And.All.Contains("warning FAST01"));
    }

    [Test]
    public void Code_is_emitted_all_the_same() => Assert.That(Compiler.Run(Declarations.Format).Files.Keys, Does.Contain("Consumer.Mine.g.cs"));

    [Test]
    public void What_is_written_as_told_closes_the_gap()
    {
        var source = Declarations.Format;
        for (var left = 20; left > 0 && Told(source) is { Count: not 0 } told; left--)
        {
            var start = told[0].LastIndexOf("write [", StringComparison.Ordinal) + 6;
            var attribute = told[0][start..(told[0].IndexOf(')', told[0].IndexOf("0x", start, StringComparison.Ordinal)) + 2)];
            source = source.Replace("[TableValue(0x3)]", attribute + "\n[TableValue(0x3)]", StringComparison.Ordinal);
        }

        Assert.That(Told(source), Is.Empty);
    }

    [Test]
    public void Every_format_of_the_library_accounts_for_every_bit()
    {
        var sources = Directory.GetFiles(Repository.At("src", "Core", "PageTables", "Formats"), "*.cs", SearchOption.AllDirectories).Where(file => File.ReadAllText(file).Contains("\n[PageTableFormat(", StringComparison.Ordinal)).ToList();
        Assert.That(sources, Has.Count.GreaterThan(25));
        Assert.That(Told([.. sources.Select(File.ReadAllText)]), Is.Empty);
    }

    private static List<string> Told(params string[] sources)
    {
        var compilation = Compiler.Compilation(sources);
        compilation = compilation.WithOptions(compilation.Options.WithGeneralDiagnosticOption(ReportDiagnostic.Default).WithSpecificDiagnosticOptions([]));
        Compiler.Driver().RunGeneratorsAndUpdateCompilation(compilation, out _, out var diagnostics);
        return [.. diagnostics.Select(diagnostic => diagnostic.ToString())];
    }
}
