using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Fast.Perf.Compare;

/// <summary>What the figures were taken on.</summary>
public sealed record Machine(string Processor, int Processors, string Runtime, string System, int WidestVectorBits)
{
    /// <summary>This machine.</summary>
    public static Machine Here { get; } = new(
        Name(),
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128);

    private static string Name()
    {
        const string info = "/proc/cpuinfo";
        if (!File.Exists(info)) return RuntimeInformation.ProcessArchitecture.ToString();
        var line = File.ReadLines(info).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
