using Fast.Linux;

namespace Fast.Machines;

/// <summary>Fields of scenario files that say what a host and a guest are, the same for every kind of scenario.</summary>
internal static class HostFields
{
    private const ulong Page = 4096;
    private static readonly KernelVersion FirstQemuThatAligns = new(9, 2);

    /// <summary>A guest's kernel.</summary>
    public static KernelVersion Version(JsonPart part) => KernelVersion.TryParse(part.Text(), out var version, out var error) ? version : throw part.Fault(error!);

    /// <summary>A host's kernel: one that is modelled.</summary>
    public static KernelVersion HostKernel(JsonPart part)
    {
        var version = Version(part);
        return KernelProfiles.TryResolve(version, out _, out var error) ? version : throw part.Fault(error!);
    }

    /// <summary>The host's setting for transparent huge pages; <c>always</c> when it is left out.</summary>
    public static ThpPolicy Thp(JsonPart? part) => part?.Word("always", "madvise", "never") is { } thp ? Enum.Parse<ThpPolicy>(thp, ignoreCase: true) : ThpPolicy.Always;

    /// <summary>How far the VMM's mappings are off; not at all when it is left out.</summary>
    public static ulong VaSkew(JsonPart? vmm)
    {
        const string Qemu = "qemu-";
        if (vmm is null) return 0;
        var text = vmm.Text();
        if (!text.StartsWith(Qemu, StringComparison.Ordinal) || !KernelVersion.TryParse(text[Qemu.Length..], out var version, out _)) throw vmm.Fault($"'{text}' is no VMM that is known; write for example qemu-8.2");
        return version < FirstQemuThatAligns ? Page : 0;
    }

    /// <summary>Which pci-hyperv a guest has.</summary>
    public static PrepopulateBars Prepopulate(JsonPart part) => part.Word("sets-memory", "leaves-memory-off") == "sets-memory" ? PrepopulateBars.SetsMemory : PrepopulateBars.LeavesMemoryOff;

    /// <summary>One unmap and map that somebody timed.</summary>
    public static TimedFlip Flip(JsonPart part)
    {
        var flip = new TimedFlip(part.Take("bytes").Size(), part.Take("seconds").Number(0));
        part.Done();
        return flip;
    }
}
