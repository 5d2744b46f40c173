using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>A machine and ways to boot it, to be compared. Schema of the file: docs/schema/fast.scenario-1.schema.json.</summary>
public sealed record Scenario
{
    /// <summary>What the field <c>schema</c> of a file must say.</summary>
    public const string Schema = "fast.scenario/1";

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
    public ImmutableArray<ScenarioRun> Runs { get; init; } = [];

    /// <summary>Reads a file and checks it; unknown, missing and nonsensical fields are errors.</summary>
    /// <param name="utf8">Content of the file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, string source, out Scenario? scenario, out string? error)
    {
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            ReadOnlySpan<byte> mark = [0xef, 0xbb, 0xbf];
            scenario = ScenarioReader.Read(JsonPart.Parse(utf8.StartsWith(mark) ? utf8[mark.Length..] : utf8));
            error = null;
            return true;
        }
        catch (KnowledgeFault fault)
        {
            scenario = null;
            var field = fault.Path.Length == 0 ? "" : fault.Path + ": ";
            error = FormattableString.Invariant($"{source}, line {fault.Line}: {PciListingError.OneLine(field + fault.Message)}; see fast.scenario-1.schema.json");
            return false;
        }
    }
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
public sealed record ScenarioRun
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

    /// <summary>Firmware of the guest.</summary>
    public FirmwareKind Firmware { get; init; } = FirmwareKind.Ovmf;

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
