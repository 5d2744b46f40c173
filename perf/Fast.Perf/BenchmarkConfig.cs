using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.CsProj;
using BenchmarkDotNet.Toolchains.DotNetCli;

namespace Fast.Perf;

/// <summary>
/// BenchmarkDotNet 0.14 does not know net10.0 by name, so the toolchain is spelt out; its reports say ".NET 9.0" in the job line and the true
/// runtime below it.
/// </summary>
public sealed class BenchmarkConfig : ManualConfig
{
    /// <summary>Short job, memory, disassembly.</summary>
    public BenchmarkConfig()
    {
        var toolchain = new Toolchain(
            ".NET 10.0",
            new CsProjGenerator("net10.0", null!, null!, null!, true),
            new DotNetCliBuilder("net10.0", null!),
            new DotNetCliExecutor(null!));
        AddJob(Job.ShortRun.WithRuntime(CoreRuntime.Core90).WithToolchain(toolchain).WithId("net10"));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddDiagnoser(new DisassemblyDiagnoser(new DisassemblyDiagnoserConfig(maxDepth: 2, exportGithubMarkdown: true)));
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddExporter(MarkdownExporter.GitHub);
        AddLogger(ConsoleLogger.Default);
    }
}
