using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Fast.Generators;
using Fast.Perf.Compare;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fast.Perf.Generators;

/// <summary>
/// What the generator costs a build of twenty formats, declarations of the library themselves: the first run of a driver, and the next ones after an edit, as a build
/// server or an editor sees them. Budget: 300 ms warm.
/// </summary>
public static class GeneratorCommand
{
    private const int Formats = 20;
    private const int Rounds = 40;
    private static readonly CSharpParseOptions s_parsing = new(LanguageVersion.CSharp14);

    /// <summary>Measures and prints; the exit code.</summary>
    public static int Run(TextWriter output, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(output);
        var sources = Sources();
        var compilation = CSharpCompilation.Create("Perf", sources.Select(Parse), References(), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        // The process itself is warm before anything is counted.
        for (var i = 0; i < 3; i++) Emitted(Driver().RunGenerators(compilation, stop), sources.Count);

        var rows = new List<(string What, List<double> Milliseconds)>
        {
            ("new driver, all formats", Measure(_ => (Driver(), compilation), stop)),
            ("an edit elsewhere", Measure(Edits(compilation, round => compilation.AddSyntaxTrees(Parse($"class Unrelated {{ int _{round}; }}")), stop), stop)),
            ("one format's id edited", Measure(Edits(compilation, round => compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[0], Parse(Renamed(sources[0], round))), stop), stop)),
            ("all formats' ids edited", Measure(Edits(compilation, round => compilation.RemoveAllSyntaxTrees().AddSyntaxTrees(sources.Select(source => Parse(Renamed(source, round)))), stop), stop)),
        };
        output.WriteLine($"{Machine.Here.Processor}, {Machine.Here.Processors} processors, {Machine.Here.Runtime}; {sources.Count} formats, {Rounds} rounds");
        foreach (var (what, times) in rows)
        {
            times.Sort();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-26} {times[times.Count / 2],7:0.0} ms ({times[0]:0.0}-{times[^1]:0.0})"));
        }

        return 0;
    }

    private static List<double> Measure(Func<int, (GeneratorDriver Driver, Compilation Compilation)> next, CancellationToken stop)
    {
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var (driver, compilation) = next(round);
            var start = Stopwatch.GetTimestamp();
            driver.RunGenerators(compilation, stop);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }

    /// <summary>Each round an edit of the same compilation, for a driver that has seen it.</summary>
    private static Func<int, (GeneratorDriver Driver, Compilation Compilation)> Edits(Compilation compilation, Func<int, Compilation> edited, CancellationToken stop)
    {
        var driver = Driver().RunGenerators(compilation, stop);
        return round => (driver, edited(round));
    }

    private static void Emitted(GeneratorDriver driver, int formats)
    {
        var files = driver.GetRunResult().Results.Sum(result => result.GeneratedSources.Length);
        if (files != formats + 1) throw new InvalidOperationException($"{formats} formats and their list were to be emitted, and {files} files were: {string.Join("; ", driver.GetRunResult().Diagnostics.Take(3))}");
    }

    private static CSharpGeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new FormatGenerator().AsSourceGenerator(), new PinGenerator().AsSourceGenerator(), new TwoStageGenerator().AsSourceGenerator()], parseOptions: s_parsing);

    private static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, s_parsing);

    private static string Renamed(string source, int round) => source.Replace("[PageTableFormat(\"", $"[PageTableFormat(\"r{round}-", StringComparison.Ordinal);

    private static List<string> Sources()
    {
        var assembly = typeof(GeneratorCommand).Assembly;
        return [.. assembly.GetManifestResourceNames().Where(name => name.EndsWith(".cs", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => Text(assembly, name))
            .Where(text => text.Contains("[PageTableFormat(", StringComparison.Ordinal) && !text.Contains("Hatch]", StringComparison.Ordinal)).Take(Formats)];
    }

    private static string Text(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static IEnumerable<MetadataReference> References() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
        .Append(typeof(PageTables.Iova).Assembly.Location)
        .Select(path => MetadataReference.CreateFromFile(path));
}
