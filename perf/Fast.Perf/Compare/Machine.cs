using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fast.Perf.Compare;

/// <summary>What the figures were taken on.</summary>
public sealed record Machine(string Processor, int Processors, string Runtime, string Compilation, string System, int WidestVectorBits, string Instructions)
{
    /// <summary>This machine.</summary>
    public static Machine Here { get; } = new(
        Name(),
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        Compiled(),
        RuntimeInformation.OSDescription,
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128,
        Known());

    /// <summary>Whether methods are compiled again while they run, so that they must be warmed up.</summary>
    public bool IsTiered => Compilation.StartsWith("tiered", StringComparison.Ordinal);

    /// <summary>The processor's name as a folder: letters, digits and hyphens.</summary>
    public string Folder => string.Concat(Processor.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));

    private static string Name()
    {
        const string info = "/proc/cpuinfo";
        if (!File.Exists(info)) return RuntimeInformation.ProcessArchitecture.ToString();
        var line = File.ReadLines(info).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    // The project asks for full optimisation from the first call; the environment has the last word.
    private static string Compiled() => string.Join(", ",
        (Environment.GetEnvironmentVariable("DOTNET_TieredCompilation") ?? "0") == "0" ? "full JIT" : "tiered JIT, warmed up until nothing was compiled any more",
        Environment.GetEnvironmentVariable("DOTNET_TieredPGO") == "0" ? "TieredPGO=0" : "TieredPGO default");

    private static string Known() => string.Join(' ', new[]
    {
        (Sse42.IsSupported, "SSE4.2"), (Avx2.IsSupported, "AVX2"), (Avx512F.IsSupported, "AVX-512F"), (Avx512Vbmi.IsSupported, "AVX-512VBMI"),
        (global::System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported, "AdvSimd"),
    }.Where(known => known.Item1).Select(known => known.Item2));
}
