using System.Collections.Immutable;
using System.Runtime.Loader;
using Fast.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fast.PageTables.Tests.Hatch.Mutation;

/// <summary>Declarations compiled in memory with the generator: what compiler, generator and suite say of them.</summary>
internal sealed class MutantCompiler
{
    private static readonly CSharpParseOptions s_parsing = new(LanguageVersion.CSharp14);

    // Few, because each mutant pays for them.
    private static readonly string[] s_needed = ["System.Private.CoreLib", "System.Runtime", "System.Collections", "System.Collections.Immutable", "System.Linq", "System.Memory"];
    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => s_needed.Contains(Path.GetFileNameWithoutExtension(path)))
            .Select(path => MetadataReference.CreateFromFile(path)),
        MetadataReference.CreateFromFile(typeof(Iova).Assembly.Location),
    ];

    private const string Usings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;";
    private readonly string _format;
    private readonly CSharpCompilation _frame;

    /// <summary>For the declarations of some formats.</summary>
    /// <param name="format">The beginning of their names.</param>
    /// <param name="declarations">The files that are not to be changed.</param>
    public MutantCompiler(string format, IEnumerable<string> declarations)
    {
        _format = format;
        _frame = CSharpCompilation.Create(
            "Mutant",
            declarations.Select(File.ReadAllText).Append(Usings).Select(text => CSharpSyntaxTree.ParseText(text, s_parsing)),
            s_references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, concurrentBuild: false));
    }

    /// <summary>What is wrong with <paramref name="declaration"/>: what the compiler or the generator says, or the first failure of the suite. <see langword="null"/>: nothing.</summary>
    public string? Failure(string declaration)
    {
        var compilation = _frame.AddSyntaxTrees(CSharpSyntaxTree.ParseText(declaration, s_parsing));
        CSharpGeneratorDriver.Create([new FormatGenerator().AsSourceGenerator()], parseOptions: s_parsing)
            .RunGeneratorsAndUpdateCompilation(compilation, out var whole, out var diagnostics);
        if (diagnostics.FirstOrDefault(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error) is { } refused) return refused.ToString();
        using var image = new MemoryStream();
        var emitted = whole.Emit(image);
        if (!emitted.Success) return emitted.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToString();
        image.Position = 0;
        var context = new AssemblyLoadContext("mutant", isCollectible: true);
        try
        {
            return HatchSuite.Failure(_format, context.LoadFromStream(image));
        }
        finally
        {
            context.Unload();
        }
    }
}
