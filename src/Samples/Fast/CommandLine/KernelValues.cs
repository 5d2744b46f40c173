using Fast.Linux;

namespace Fast.Tool.CommandLine;

/// <summary>Kernel versions on the command line.</summary>
internal static class KernelValues
{
    /// <summary>Reads a host's kernel: one that is modelled.</summary>
    public static bool Read(string text, out KernelVersion? version, out string? error)
    {
        version = null;
        if (!KernelVersion.TryParse(text, out var value, out error)) return false;
        version = value;
        return KernelProfiles.TryResolve(value, out _, out error);
    }

    /// <summary>Reads a guest's kernel: any.</summary>
    public static bool ReadGuest(string text, out KernelVersion? version, out string? error)
    {
        var isVersion = KernelVersion.TryParse(text, out var value, out error);
        version = value;
        return isVersion;
    }

    /// <summary>A version that is known to be one.</summary>
    public static KernelVersion Parse(string text) =>
        KernelVersion.TryParse(text, out var version, out var error) ? version : throw new FormatException(error);
}
