using Fast.Machines;

namespace Fast.Tool.CommandLine;

/// <summary>VMMs on the command line; which releases align what they mmap is the knowledge's to say.</summary>
internal static class VmmChoice
{
    /// <summary>Reads <c>qemu-8.2</c>: any VMM; who has the knowledge asks it afterwards.</summary>
    public static bool Read(string text, out VmmRelease? vmm, out string? error)
    {
        error = VmmRelease.TryParse(text, out vmm) ? null : $"'{text}' is not a VMM that is known; write for example qemu-8.2 or qemu-9.2";
        return error is null;
    }

    /// <summary>Where a VMM mmaps a BAR minus where the BAR is, modulo 1 GiB.</summary>
    /// <exception cref="InputException">The knowledge does not have it.</exception>
    public static ulong SkewOf(VmmRelease vmm, Knowledge knowledge, string option)
    {
        var known = knowledge.Behaviours.Vmms.Keys;
        return knowledge.Behaviours.VaSkewOf(vmm) ?? throw new InputException(
            $"{option}: '{vmm}' is not a VMM that is known{NearestWord.Hint(vmm.Name, known)}; known are {string.Join(", ", known.Order(StringComparer.Ordinal))}, each with its version, such as qemu-9.2");
    }
}
