using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fast.Generators.Tests.Cacheability;

/// <summary>An edit elsewhere costs no emission, and no stage keeps a compilation alive.</summary>
public sealed class CacheTests
{
    private static readonly string[] Sources =
    [
        Declarations.Format,
        Declarations.Pair,
        Declarations.Stages,
        "[assembly: Fast.PageTables.FormatRegistry(\"Cached\")]\n",
        Declarations.With("Shift = 30", "Shift = 31").Replace("struct Mine", "struct Wrong", StringComparison.Ordinal),
        "using Fast.PageTables;\nnamespace Consumer;\n[BatchPin(typeof(int), typeof(VtdSs4))]\npublic partial struct WrongPin;\n",
        "using Fast.PageTables;\nnamespace Consumer;\n[TwoStage(typeof(int), typeof(VtdSs4))]\npublic partial struct WrongStages;\n",
    ];

    [Test]
    public void Adding_an_unrelated_type_emits_nothing_again()
    {
        var compilation = Compiler.Compilation(Sources);
        var driver = Compiler.Driver().RunGenerators(compilation);
        Assert.That(Reasons(driver).SelectMany(stage => stage.Reasons), Is.All.EqualTo(IncrementalStepRunReason.New));
        driver = driver.RunGenerators(compilation.Clone().AddSyntaxTrees(Compiler.Parse("namespace Unrelated; internal class Other { public int X => 5; }")));
        var reasons = Reasons(driver).ToList();
        Assert.That(reasons.Select(stage => stage.Name), Is.EquivalentTo(Names()), "every stage must have been run");
        foreach (var (name, again) in reasons)
            Assert.That(again, Is.All.AnyOf(Same), name);
        var outputs = driver.GetRunResult().Results.SelectMany(result => result.TrackedOutputSteps).SelectMany(steps => steps.Value).SelectMany(step => step.Outputs).Select(output => output.Reason);
        Assert.That(outputs, Is.Not.Empty.And.All.EqualTo(IncrementalStepRunReason.Cached));
    }

    [Test]
    public void Moving_a_declaration_within_its_file_emits_nothing_again()
    {
        var compilation = Compiler.Compilation(Declarations.Format, Declarations.Pair);
        var driver = Compiler.Driver().RunGenerators(compilation);
        var tree = compilation.SyntaxTrees[0];
        driver = driver.RunGenerators(compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(
            Declarations.Format.Replace("public partial struct Mine;", "\n\n/// <summary>Mine.</summary>\npublic partial struct Mine;", StringComparison.Ordinal), (CSharpParseOptions)tree.Options, tree.FilePath)));
        Assert.That(Reasons(driver).Where(stage => stage.Name.EndsWith("Spec", StringComparison.Ordinal)).SelectMany(stage => stage.Reasons), Is.Not.Empty.And.All.AnyOf(Same));
    }

    [Test]
    public void Changing_a_format_emits_it_its_pairs_and_the_list_again()
    {
        var compilation = Compiler.Compilation(Declarations.Format, Declarations.Pair, Declarations.Stages);
        var driver = Compiler.Driver().RunGenerators(compilation);
        var tree = compilation.SyntaxTrees[0];
        var changed = CSharpSyntaxTree.ParseText(Declarations.With("Dirty(6)", "Dirty(8)"), (CSharpParseOptions)tree.Options, tree.FilePath);
        driver = driver.RunGenerators(compilation.ReplaceSyntaxTree(tree, changed));
        foreach (var (name, reasons) in Reasons(driver).Where(stage => stage.Name.EndsWith("Spec", StringComparison.Ordinal)))
            Assert.That(reasons, Does.Contain(IncrementalStepRunReason.Modified), name);
    }

    [Test]
    public void Changing_a_format_does_not_emit_another_one_again()
    {
        var other = Declarations.Format.Replace("Mine", "Yours", StringComparison.Ordinal).Replace("mine", "yours", StringComparison.Ordinal);
        var compilation = Compiler.Compilation(Declarations.Format, other);
        var driver = Compiler.Driver().RunGenerators(compilation);
        var tree = compilation.SyntaxTrees[0];
        driver = driver.RunGenerators(compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(Declarations.With("Dirty(6)", "Dirty(8)"), (CSharpParseOptions)tree.Options, tree.FilePath)));
        Assert.That(Reasons(driver).Single(stage => stage.Name == TrackingNames.FormatSpec).Reasons, Is.EquivalentTo(new[] { IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached }).Or.EquivalentTo(new[] { IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged }));
    }

    [TestCase("FastPageTablesScan", "vector256", true)]
    [TestCase("FastPageTablesTestHooks", "true", true)]
    [TestCase("FastPageTablesScan", "vector512", false)]
    [TestCase("FastPageTablesTestHooks", "false", false)]
    [TestCase("FastPageTablesFormatList", "mine", false)]
    [TestCase("TargetFramework", "net11.0", false)]
    public void A_property_emits_again_what_it_changes(string name, string value, bool changes)
    {
        var compilation = Compiler.Compilation(Declarations.Format, Declarations.Pair, Declarations.Stages);
        var driver = Compiler.Driver().RunGenerators(compilation);
        driver = driver.WithUpdatedAnalyzerConfigOptions(Compiler.Options((name, value))).RunGenerators(compilation);
        var stages = Reasons(driver).ToDictionary(stage => stage.Name, stage => stage.Reasons);
        Assert.That(stages[TrackingNames.FormatSpec], changes ? Does.Contain(IncrementalStepRunReason.Modified) : Is.All.AnyOf(Same));
        Assert.That(stages[TrackingNames.PinSpec].Concat(stages[TrackingNames.TwoStageSpec]).Concat(stages[TrackingNames.RegistrySpec]), Is.All.AnyOf(Same));
    }

    [Test]
    public void No_stage_holds_anything_of_the_compilation()
    {
        var driver = Compiler.Driver().RunGenerators(Compiler.Compilation(Sources));
        var stages = driver.GetRunResult().Results.SelectMany(result => result.TrackedSteps).Where(stage => Names().Contains(stage.Key)).ToList();
        Assert.That(stages, Has.Count.EqualTo(Names().Count));
        foreach (var (name, steps) in stages)
            foreach (var output in steps.SelectMany(step => step.Outputs)) Inspect(output.Value, name, new HashSet<object>(ReferenceEqualityComparer.Instance));
    }

    private static readonly object[] Same = [IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged];

    private static IReadOnlyCollection<string> Names() =>
        [.. typeof(TrackingNames).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Select(field => (string)field.GetRawConstantValue()!)];

    private static IEnumerable<(string Name, IReadOnlyList<IncrementalStepRunReason> Reasons)> Reasons(GeneratorDriver driver) =>
        driver.GetRunResult().Results.SelectMany(result => result.TrackedSteps)
            .Where(stage => Names().Contains(stage.Key))
            .Select(stage => (stage.Key, (IReadOnlyList<IncrementalStepRunReason>)[.. stage.Value.SelectMany(step => step.Outputs).Select(output => output.Reason)]));

    private static void Inspect(object? value, string path, HashSet<object> seen)
    {
        if (value is null or string || value.GetType().IsPrimitive || value.GetType().IsEnum || !seen.Add(value)) return;
        Assert.That(value, Is.Not.InstanceOf<Compilation>().And.Not.InstanceOf<ISymbol>().And.Not.InstanceOf<SyntaxNode>().And.Not.InstanceOf<SyntaxTree>().And.Not.InstanceOf<Location>(), path);
        if (value is IEnumerable items && value is not IDictionary)
        {
            foreach (var item in items) Inspect(item, path + "[]", seen);
            return;
        }

        // Descriptors are constants of the generator.
        if (value is DiagnosticDescriptor or Type || value.GetType().Namespace?.StartsWith("System", StringComparison.Ordinal) == true) return;
        for (var type = value.GetType(); type != null; type = type.BaseType)
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                Inspect(field.GetValue(value), $"{path}.{field.Name}", seen);
    }
}
