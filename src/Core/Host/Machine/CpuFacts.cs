using System.Globalization;

namespace Fast.Host;

/// <summary>The first processor, from <c>/proc/cpuinfo</c>.</summary>
/// <param name="Model">Its name, or <see langword="null"/>.</param>
/// <param name="PhysicalBits">Width of physical addresses, or <see langword="null"/>.</param>
/// <param name="HasFiveLevels">Whether page tables may have five levels (flag la57).</param>
/// <param name="IsGuest">Whether a hypervisor is below.</param>
public sealed record CpuFacts(string? Model, int? PhysicalBits, bool HasFiveLevels, bool IsGuest)
{
    internal static CpuFacts Read(HostTree tree)
    {
        var lines = tree.Lines("proc/cpuinfo").TakeWhile(line => line.Length != 0).ToArray();
        var flags = (Value(lines, "flags") ?? "").Split(' ');
        var sizes = Value(lines, "address sizes")?.Split(' ');
        var bits = sizes is { Length: > 0 } && int.TryParse(sizes[0], NumberStyles.None, CultureInfo.InvariantCulture, out var physical) && physical is > 0 and <= 64 ? physical : (int?)null;
        return new CpuFacts(Value(lines, "model name"), bits, flags.Contains("la57"), flags.Contains("hypervisor"));
    }

    // Names are followed by tabs here.
    private static string? Value(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.IndexOf(':', StringComparison.Ordinal) is var at && at > 0 && line[..at].TrimEnd() == name) is { } found ? found[(found.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() : null;
}
