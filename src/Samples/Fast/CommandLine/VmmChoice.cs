using Fast.Linux;
using Fast.Machines;

namespace Fast.Tool.CommandLine;

/// <summary>A VMM, as far as it decides where BARs are mmapped; which releases align is the knowledge's to say.</summary>
/// <param name="Name">As it was written.</param>
/// <param name="VaSkew">Where it mmaps a BAR minus where the BAR is, modulo 1 GiB, by the built-in knowledge.</param>
/// <param name="Version">Its version.</param>
internal sealed record VmmChoice(string Name, ulong VaSkew, KernelVersion Version)
{
    /// <summary>Reads <c>qemu-8.2</c>: a VMM that the built-in knowledge has.</summary>
    public static bool Read(string text, out VmmChoice? vmm, out string? error)
    {
        vmm = null;
        if (!ReadAny(text, out var release, out error)) return false;
        if (Knowledge.Default.Behaviours.VaSkewOf(release!) is { } skew) vmm = new VmmChoice(text, skew, release!.Version);
        else error = Unknown(release!, Knowledge.Default);
        return error is null;
    }

    /// <summary>Reads <c>qemu-8.2</c>: any VMM, for who asks a knowledge file afterwards.</summary>
    public static bool ReadAny(string text, out VmmRelease? vmm, out string? error)
    {
        error = VmmRelease.TryParse(text, out vmm) ? null : $"'{text}' is not a VMM that is known; write for example qemu-8.2 or qemu-9.2";
        return error is null;
    }

    /// <summary>Where a VMM mmaps a BAR minus where the BAR is, modulo 1 GiB.</summary>
    /// <exception cref="InputException">The knowledge does not have it.</exception>
    public static ulong SkewOf(VmmRelease vmm, Knowledge knowledge, string option) =>
        knowledge.Behaviours.VaSkewOf(vmm) ?? throw new InputException($"{option}: {Unknown(vmm, knowledge)}");

    private static string Unknown(VmmRelease vmm, Knowledge knowledge) =>
        $"'{vmm}' is not a VMM that is known{NearestWord.Hint(vmm.Name, knowledge.Behaviours.Vmms.Keys)}; known are {string.Join(", ", knowledge.Behaviours.Vmms.Keys.Order(StringComparer.Ordinal))}, each with its version, such as qemu-9.2";
}
