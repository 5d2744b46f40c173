using Fast.Linux;

namespace Fast.Machines;

/// <summary>Fields of scenario files that say what a host and a guest are, the same for every kind of scenario.</summary>
/// <param name="behaviours">Which release does what.</param>
internal sealed class HostFields(Behaviours behaviours)
{
    /// <summary>A guest's kernel.</summary>
    public static KernelVersion Version(JsonPart part) => KernelVersion.TryParse(part.Text(), out var version, out var error) ? version : throw part.Fault(error!);

    /// <summary>A host's kernel: one that is modelled.</summary>
    public KernelVersion HostKernel(JsonPart part)
    {
        var version = Version(part);
        return behaviours.TryResolve(version, out _, out var error) ? version : throw part.Fault(error!);
    }

    /// <summary>The host's setting for transparent huge pages; <c>always</c> when it is left out.</summary>
    public static ThpPolicy Thp(JsonPart? part) => part?.Word("always", "madvise", "never") is { } thp ? Enum.Parse<ThpPolicy>(thp, ignoreCase: true) : ThpPolicy.Always;

    /// <summary>How far the VMM's mappings are off; not at all when it is left out.</summary>
    public ulong VaSkew(JsonPart? vmm)
    {
        if (vmm is null) return 0;
        var text = vmm.Text();
        return VmmRelease.TryParse(text, out var release) && behaviours.VaSkewOf(release!) is { } skew
            ? skew
            : throw vmm.Fault($"'{text}' is no VMM that is known; write for example {behaviours.Vmms.Keys.Order(StringComparer.Ordinal).First()}-8.2");
    }

    /// <summary>Which pci-hyperv a guest has; that of its kernel when it is left out.</summary>
    public PrepopulateBars Prepopulate(JsonPart? part, KernelVersion guest) => part?.Word(Behaviours.SetsMemory, Behaviours.LeavesMemoryOff) switch
    {
        Behaviours.SetsMemory => PrepopulateBars.SetsMemory,
        Behaviours.LeavesMemoryOff => PrepopulateBars.LeavesMemoryOff,
        _ => behaviours.PrepopulateOf(guest),
    };

    /// <summary>One unmap and map that somebody timed.</summary>
    public static TimedFlip Flip(JsonPart part)
    {
        var flip = new TimedFlip(part.Take("bytes").Size(), part.Take("seconds").Number(0));
        part.Done();
        return flip;
    }
}
