using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>A machine and ways to boot it, to be compared. Schema of the file: docs/schema/fast.scenario-1.boots.schema.json.</summary>
public sealed record BootScenario
{
    /// <summary>What the field <c>machine</c> of a file says for a guest of KVM.</summary>
    public const string Kvm = "kvm";

    /// <summary>What it says for a guest of Hyper-V.</summary>
    public const string HyperV = "hyperv";

    /// <summary>What it shows, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>Where its figures and settings come from.</summary>
    public required string Source { get; init; }

    /// <summary>The devices that the guest gets.</summary>
    public ImmutableArray<ScenarioDevice> Devices { get; init; } = [];

    /// <summary>A timed unmap and map of the hypervisor, on Hyper-V; elsewhere the host's kernel is executed and priced.</summary>
    public TimedFlip? Flip { get; init; }

    /// <summary>Whether the hypervisor is Hyper-V.</summary>
    public bool IsHyperV => Flip is not null;

    /// <summary>The ways to boot it.</summary>
    public ImmutableArray<BootRun> Runs { get; init; } = [];

    /// <summary>Reads a file and checks it; unknown, missing and nonsensical fields are errors.</summary>
    /// <param name="utf8">Content of the file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    /// <param name="knowledge">Which release does what; by default what the assembly carries.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, string source, out BootScenario? scenario, out string? error, Knowledge? knowledge = null) =>
        ScenarioFile.TryRead(utf8, source, new BootScenarioReader((knowledge ?? Knowledge.Default).Behaviours).Read, out scenario, out error);
}

/// <summary>Equal devices.</summary>
/// <param name="Count">How many.</param>
/// <param name="Bars">Their BARs.</param>
public sealed record ScenarioDevice(int Count, ImmutableArray<BarDeclaration> Bars);

/// <summary>One unmap and map that somebody timed.</summary>
/// <param name="Bytes">Of a BAR of that size.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record TimedFlip(ulong Bytes, double Seconds);

/// <summary>What somebody observed, to be compared with.</summary>
/// <param name="Text">In their words.</param>
/// <param name="Seconds">Seconds.</param>
public sealed record Observation(string Text, double Seconds);

/// <summary>One way to boot the machine.</summary>
public sealed record BootRun
{
    /// <summary>How it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Kernel of the guest.</summary>
    public required KernelVersion GuestKernel { get; init; }

    /// <summary>Kernel of the host; not used on Hyper-V.</summary>
    public KernelVersion HostKernel { get; init; } = KernelProfiles.Newest;

    /// <summary>The host's setting for transparent huge pages.</summary>
    public ThpPolicy Thp { get; init; }

    /// <summary>Where the VMM mmaps BARs minus where they are, modulo 1 GiB.</summary>
    public ulong VaSkew { get; init; }

    /// <summary>Firmware of the guest; <see langword="null"/> for none.</summary>
    public FirmwareBehaviour? Firmware { get; init; }

    /// <summary>The devices are plugged in when the guest has booted, behind ports that were empty.</summary>
    public bool IsHotPlug { get; init; }

    /// <summary>What OVMF keeps free above 4 GiB behind each port (QEMU's <c>pref64-reserve</c>).</summary>
    public ulong PortReserve { get; init; } = 32UL << 30;

    /// <summary><c>x-no-mmap</c>: nothing is mapped for devices.</summary>
    public bool NoMmap { get; init; }

    /// <summary>The host's IOMMU.</summary>
    public IommuKind Iommu { get; init; } = IommuKinds.Vtd;

    /// <summary>Who maps on behalf of the VMM.</summary>
    public MapBackend Backend { get; init; }

    /// <summary>The firmware hands over with decode off.</summary>
    public bool LeavesDecodeOff { get; init; }

    /// <summary>Bridges above each device.</summary>
    public int Bridges { get; init; } = 1;

    /// <summary>Bits of the guest's physical addresses.</summary>
    public int PhysicalBits { get; init; } = 46;

    /// <summary>Size of the firmware's window above 4 GiB, when a setting forces it; otherwise it is dynamic.</summary>
    public ulong? WindowBytes { get; init; }

    /// <summary><c>pci=realloc</c>.</summary>
    public bool Realloc { get; init; }

    /// <summary><c>pci=nocrs</c>.</summary>
    public bool NoCrs { get; init; }

    /// <summary>Whether the devices have a driver in the guest.</summary>
    public bool HasDriver { get; init; } = true;

    /// <summary>Which pci-hyperv the guest has.</summary>
    public PrepopulateBars Prepopulate { get; init; }

    /// <summary>What somebody observed of such a boot, or <see langword="null"/>.</summary>
    public Observation? Observed { get; init; }
}
