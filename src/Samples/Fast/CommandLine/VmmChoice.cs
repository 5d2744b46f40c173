using Fast.Linux;

namespace Fast.Tool.CommandLine;

/// <summary>A VMM, as far as it decides where BARs are mmapped.</summary>
/// <param name="Name">As it was written.</param>
/// <param name="VaSkew">Where it mmaps a BAR minus where the BAR is, modulo 1 GiB.</param>
/// <param name="Version">Its version.</param>
internal sealed record VmmChoice(string Name, ulong VaSkew, KernelVersion Version)
{
    private const string Qemu = "qemu-";
    private const ulong Page = 4096;
    private static readonly KernelVersion FirstThatAligns = new(9, 2);

    /// <summary>Reads <c>qemu-8.2</c>.</summary>
    public static bool Read(string text, out VmmChoice? vmm, out string? error)
    {
        vmm = null;
        error = $"'{text}' is not a VMM that is known; write for example qemu-8.2 or qemu-9.2";
        if (!text.StartsWith(Qemu, StringComparison.OrdinalIgnoreCase) || !KernelVersion.TryParse(text[Qemu.Length..], out var version, out _)) return false;
        vmm = new VmmChoice(text, version < FirstThatAligns ? Page : 0, version);
        error = null;
        return true;
    }
}
