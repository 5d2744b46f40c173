using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fast.Architecture.Tests;

/// <summary>Who may know whom.</summary>
public sealed class LayerTests
{
    private const string PageTables = "src/Core/PageTables";

    /// <summary>Each layer and the layers that it may use: Addressing ← Tables ← Walking, Scanning ← Mapping ← Pinning ← Formats.</summary>
    private static readonly Dictionary<string, string[]> Below = new()
    {
        ["Addressing"] = [],
        ["Tables"] = ["Addressing"],
        ["Walking"] = ["Addressing", "Tables"],
        ["Scanning"] = ["Addressing", "Tables"],
        ["Mapping"] = ["Addressing", "Tables", "Walking", "Scanning"],
        ["Pinning"] = ["Addressing", "Tables", "Walking", "Scanning", "Mapping"],
        ["Formats"] = ["Addressing", "Tables", "Walking", "Scanning", "Mapping", "Pinning"],
    };

    [Test]
    public void Every_folder_of_the_library_is_a_layer() => Assert.That(
        SourceFile.Under(PageTables, ".cs").Select(file => file.LayerBelow(PageTables)).Distinct(),
        Is.EquivalentTo(Below.Keys));

    [Test]
    public void A_layer_of_the_library_uses_only_the_layers_below_it()
    {
        var files = SourceFile.Under(PageTables, ".cs").Where(file => Below.ContainsKey(file.LayerBelow(PageTables))).ToList();
        var layerOf = new Dictionary<string, string>();
        foreach (var file in files)
            foreach (var type in file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Where(type => type.Parent is not TypeDeclarationSyntax))
                layerOf[type.Identifier.ValueText] = file.LayerBelow(PageTables);

        var wrong = files.SelectMany(file => Uses(file.Syntax)
            .Where(name => layerOf.TryGetValue(name, out var layer) && layer != file.LayerBelow(PageTables) && !Below[file.LayerBelow(PageTables)].Contains(layer))
            .Select(name => $"{file.Path} uses {name} of {layerOf[name]}"));
        Assert.That(string.Join('\n', wrong.Distinct()), Is.Empty);
    }

    [Test]
    public void Projects_reference_only_what_lies_below_them()
    {
        var allowed = new Dictionary<string, string[]>
        {
            ["Fast.PageTables"] = ["Fast.Generators (analyzer)"],
            ["Fast.PageTables.Testing"] = ["Fast.PageTables"],
            ["Fast.Linux"] = ["Fast.Generators (analyzer)", "Fast.PageTables"],
            ["Fast.Machines"] = ["Fast.Generators (analyzer)", "Fast.Linux", "Fast.PageTables"],
            ["Fast.Host"] = ["Fast.Generators (analyzer)", "Fast.PageTables"],
            ["Fast.Generators"] = [],
            ["Fast.Lab"] = ["Fast.Host", "Fast.Linux", "Fast.Machines", "Fast.PageTables"],
        };
        var core = SourceFile.Under("src/Core", ".csproj").Concat(SourceFile.Under("src/Generators", ".csproj")).Concat(SourceFile.Under("lab", ".csproj"));
        Assert.That(core.Select(project => project.Name[..^".csproj".Length]), Is.EquivalentTo(allowed.Keys), "each says here what it may reference");
        var wrong = new List<string>();
        foreach (var project in SourceFile.Under("src", ".csproj").Concat(SourceFile.Under("tests", ".csproj")).Concat(SourceFile.Under("perf", ".csproj")).Concat(SourceFile.Under("lab", ".csproj")))
        {
            var name = project.Name[..^".csproj".Length];
            foreach (var reference in XDocument.Parse(project.Text).Descendants("ProjectReference"))
            {
                var path = System.IO.Path.GetRelativePath(Fast.Tests.Repository.Root, System.IO.Path.GetFullPath(System.IO.Path.Combine(
                    Fast.Tests.Repository.Root, System.IO.Path.GetDirectoryName(project.Path)!, (string)reference.Attribute("Include")!))).Replace('\\', '/');
                var target = System.IO.Path.GetFileNameWithoutExtension(path) + ((string?)reference.Attribute("OutputItemType") == "Analyzer" ? " (analyzer)" : "");
                var owned = project.Path.StartsWith(path[..path.LastIndexOf('/')] + "/", StringComparison.Ordinal);
                var measured = (path.StartsWith("perf/", StringComparison.Ordinal) || path.StartsWith("lab/", StringComparison.Ordinal)) && project.Path.StartsWith("tests/", StringComparison.Ordinal);
                if (!measured && !path.StartsWith("src/", StringComparison.Ordinal) && !project.Path.StartsWith(path[..path.IndexOf('/', StringComparison.Ordinal)], StringComparison.Ordinal))
                    wrong.Add($"{name} references {target}, which nobody may");
                if (path.StartsWith("src/Samples/", StringComparison.Ordinal) && !project.Path.StartsWith("tests/", StringComparison.Ordinal))
                    wrong.Add($"{name} references the sample {target}");
                if (allowed.TryGetValue(name, out var below) && !below.Contains(target)) wrong.Add($"{name} references {target}");
                Assert.That(owned, Is.False, $"{name} references itself");
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    /// <summary>Who ships a format tests it with the packages: what they do, everybody must be able to do.</summary>
    [Test]
    public void The_testing_package_sees_only_what_is_public() => Assert.That(
        XDocument.Parse(SourceFile.Under(PageTables, ".csproj").Single().Text).Descendants("InternalsVisibleTo").Select(one => (string)one.Attribute("Include")!),
        Has.All.EndsWith(".Tests"));

    [Test]
    public void The_testing_package_knows_no_test_framework() => Assert.That(
        XDocument.Parse(SourceFile.Under("src/Core/PageTables.Testing", ".csproj").Single().Text).Descendants("PackageReference").Select(one => (string)one.Attribute("Include")!),
        Is.EqualTo(new[] { "FsCheck" }));

    [Test]
    public void The_library_writes_to_no_console_reads_no_file_and_asks_no_clock()
    {
        var forbidden = new HashSet<string> { "Console", "File", "Directory", "FileStream", "DateTime", "DateTimeOffset", "Stopwatch", "Environment", "Process" };
        var wrong = SourceFile.Under(PageTables, ".cs").SelectMany(file => Uses(file.Syntax).Where(forbidden.Contains).Select(name => $"{file.Path} uses {name}"));
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Only_parsing_sees_symbols_and_syntax()
    {
        const string Generators = "src/Generators";
        var roslyn = new HashSet<string>
        {
            "ISymbol", "INamedTypeSymbol", "ITypeSymbol", "IMethodSymbol", "IFieldSymbol", "Compilation", "SemanticModel", "SyntaxNode", "SyntaxTree", "AttributeData", "TypedConstant",
            "StructDeclarationSyntax", "RecordDeclarationSyntax", "TypeDeclarationSyntax", "SyntaxKind", "SyntaxFacts", "Location", "Diagnostic",
        };
        var wrong = new List<string>();
        foreach (var file in SourceFile.Under(Generators, ".cs"))
        {
            var layer = file.LayerBelow(Generators);
            var usesRoslyn = file.Syntax.Usings.Any(line => line.Name!.ToString().StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));
            // The pipelines, the descriptors and the value that becomes a diagnostic at the end of one.
            var mayUse = layer is "Parsing" or "Diagnostics" || file.Name == "DiagnosticInfo.cs" || file.Name.EndsWith("Generator.cs", StringComparison.Ordinal);
            if (usesRoslyn && !mayUse) wrong.Add($"{file.Path} imports Roslyn");
            if (mayUse) continue;
            wrong.AddRange(Uses(file.Syntax).Where(roslyn.Contains).Select(name => $"{file.Path} uses {name}"));
            if (layer == "Emitting" && file.Text.Contains("Fast.Generators.Parsing", StringComparison.Ordinal)) wrong.Add($"{file.Path} knows Parsing");
            if (layer == "Model" && (file.Text.Contains(".Parsing", StringComparison.Ordinal) || file.Text.Contains(".Emitting", StringComparison.Ordinal))) wrong.Add($"{file.Path} knows more than values");
        }

        foreach (var file in SourceFile.Under(Generators + "/Parsing", ".cs"))
            if (file.Text.Contains("Fast.Generators.Emitting", StringComparison.Ordinal)) wrong.Add($"{file.Path} knows Emitting");
        Assert.That(wrong, Is.Empty);
    }

    /// <summary>Every name that may be a type's: not those behind a dot or before a colon. Documentation may speak of anything.</summary>
    private static IEnumerable<string> Uses(SyntaxNode root) => root.DescendantNodes().OfType<SimpleNameSyntax>()
        .Where(name => !(name.Parent is MemberAccessExpressionSyntax access && access.Name == name) && name.Parent is not (NameColonSyntax or MemberBindingExpressionSyntax))
        .Select(name => name.Identifier.ValueText).Distinct();
}
