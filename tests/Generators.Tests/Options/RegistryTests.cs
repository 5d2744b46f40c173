namespace Fast.Generators.Tests.Options;

/// <summary>The list that is emitted where a compilation declares formats.</summary>
public sealed class RegistryTests
{
    private static readonly string Other = Declarations.Format.Replace("Mine", "Yours", StringComparison.Ordinal).Replace("\"mine\"", "\"a-first\"", StringComparison.Ordinal);

    [Test]
    public void Formats_are_listed_by_name_wherever_they_are_declared()
    {
        var files = Compiler.Run(Declarations.Format, Other).Files;
        var text = files["FormatRegistry.g.cs"];
        Assert.That(text, Does.Contain("public static class ConsumerFormats"));
        Assert.That(text.IndexOf("Consumer.Yours.Facts", StringComparison.Ordinal), Is.Positive.And.LessThan(text.IndexOf("Consumer.Mine.Facts", StringComparison.Ordinal)));
        Assert.That(Compiler.Run(Other, Declarations.Format).Files["FormatRegistry.g.cs"], Is.EqualTo(text), "whatever the order of files");
        Assert.That(text, Does.Contain($"(global::Fast.PageTables.Operations){(int)PageTables.Operations.All}, \"" + files["Consumer.Mine.g.cs"].Split("fingerprint ")[1][..16] + "\")"));
    }

    [TestCase("My.Company.Tables", "namespace My.Company.Tables", "class TablesFormats")]
    [TestCase("my-tool.2d", "namespace my_tool._2d", "class _2dFormats")]
    [TestCase("Some.class", "namespace Some.@class", "class classFormats")]
    [TestCase("", "namespace Consumer", "class ConsumerFormats")]
    public void The_list_stands_in_the_root_namespace(string root, string ns, string name)
    {
        var outcome = Compiler.Run(Compiler.Compilation(Declarations.Format), ("RootNamespace", root));
        Assert.That(outcome.Complaints, Is.Empty);
        Assert.That(outcome.Files["FormatRegistry.g.cs"], Does.Contain(ns + ";\n").And.Contain($"public static {name}\n"));
    }

    [Test]
    public void An_attribute_of_the_assembly_chooses_the_name()
    {
        var outcome = Compiler.Run(Declarations.Format, "[assembly: Fast.PageTables.FormatRegistry(\"Our\")]\n");
        Assert.That(outcome.Complaints, Is.Empty);
        Assert.That(outcome.Files["FormatRegistry.g.cs"], Does.Contain("public static class OurFormats"));
    }

    [Test]
    public void Formats_that_only_their_container_can_name_are_not_listed()
    {
        var hidden = "using Fast.PageTables;\nnamespace Consumer;\ninternal partial class Outer {\n" + Declarations.Body + "\nprivate partial struct Hidden;\n}";
        Assert.That(Compiler.Run(hidden).Files.Keys, Has.None.EqualTo("FormatRegistry.g.cs"));
        var both = Compiler.Run(hidden, Other);
        Assert.That(both.Complaints, Is.Empty);
        Assert.That(both.Files["FormatRegistry.g.cs"], Does.Contain("Yours").And.Not.Contain("Hidden"));
    }

    [Test]
    public void Formats_in_the_global_namespace_are_listed_there()
    {
        var outcome = Compiler.Run("using Fast.PageTables;\n" + Declarations.Body + "\npartial struct Mine;\n");
        Assert.That(outcome.Complaints, Is.Empty);
        Assert.That(outcome.Files["FormatRegistry.g.cs"], Does.Contain("public static class DeclaredFormats").And.Not.Contain("namespace"));
    }

    [Test]
    public void A_project_without_formats_has_no_list() => Assert.That(Compiler.Run("class Nothing;").Files, Is.Empty);
}
