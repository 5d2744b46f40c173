using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Something that all releases from one on do, until the next entry.</summary>
/// <param name="From">The first release.</param>
/// <param name="Does">What it does: a word of the schema.</param>
/// <param name="Source">Id of the source.</param>
public sealed record ReleaseBehaviour(KernelVersion From, string Does, string Source);

/// <summary>What the releases of a host's kernel do on the way from a BAR to IOMMU tables.</summary>
/// <param name="From">The first release.</param>
/// <param name="Profile">The release that first behaves so: one of <see cref="KernelProfiles.ByRelease"/>.</param>
/// <param name="Confidence">How far to trust it.</param>
/// <param name="Reason">Why, in one clause.</param>
/// <param name="Source">Id of the source.</param>
public sealed record HostRelease(KernelVersion From, string Profile, Confidence Confidence, string Reason, string Source);

/// <summary>What a firmware does.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="Does">Whose config accesses it makes.</param>
/// <param name="WindowShare">Which part of the address space its window above 4 GiB is, from the top: 8 is the last eighth; 1 is all from the end of memory on.</param>
public sealed record FirmwareBehaviour(string Name, FirmwareKind Does, Figure WindowShare);

/// <summary>Which release does what: the part of the knowledge that drives the machines, so that a wrong version is corrected in the file.</summary>
public sealed class Behaviours
{
    /// <summary>A guest kernel that sizes one BAR at a time; the other word is <see cref="Batched"/>.</summary>
    internal const string OneByOne = "one-by-one";

    /// <summary>A guest kernel that sizes all BARs of a function with decode off once.</summary>
    internal const string Batched = "batched";

    /// <summary>A pci-hyperv that switches memory decode on before the kernel looks.</summary>
    internal const string SetsMemory = "sets-memory";

    /// <summary>A pci-hyperv that leaves it off.</summary>
    internal const string LeavesMemoryOff = "leaves-memory-off";

    /// <summary>A VMM that takes any address for the mmap of a BAR.</summary>
    internal const string Unaligned = "unaligned-mmap";

    /// <summary>A VMM that chooses one congruent to the BAR.</summary>
    internal const string Aligned = "aligned-mmap";

    private const ulong PageBytes = 4096;

    /// <summary>Kernels of hosts, oldest first.</summary>
    public required ImmutableArray<HostRelease> Hosts { get; init; }

    /// <summary>The newest release of a host that is known.</summary>
    public required KernelVersion NewestHost { get; init; }

    /// <summary>How guests size BARs, oldest first.</summary>
    public required ImmutableArray<ReleaseBehaviour> GuestSizing { get; init; }

    /// <summary>What pci-hyperv does in guests, oldest first.</summary>
    public required ImmutableArray<ReleaseBehaviour> GuestHyperV { get; init; }

    /// <summary>What VMMs do, by name, oldest first.</summary>
    public required ImmutableDictionary<string, ImmutableArray<ReleaseBehaviour>> Vmms { get; init; }

    /// <summary>Firmwares.</summary>
    public required ImmutableArray<FirmwareBehaviour> Firmwares { get; init; }

    /// <summary>The profile in force for a host's kernel.</summary>
    /// <param name="version">The release; a stable update counts where an entry names one.</param>
    /// <param name="choice">The profile and how far to trust it.</param>
    /// <param name="error">What is accepted, or <see langword="null"/>.</param>
    public bool TryResolve(KernelVersion version, out KernelChoice? choice, out string? error)
    {
        choice = null;
        var accepted = $"accepted is any release from {Hosts[0].From} to {NewestHost}";
        error = version < Hosts[0].From || new KernelVersion(version.Major, version.Minor) > NewestHost ? $"Linux {version} is not modelled; {accepted}"
            : version is { Major: 6, Minor: > 19 } ? $"there is no Linux {version}: 6.19 was followed by 7.0; {accepted}"
            : null;
        if (error is not null) return false;
        var release = Hosts.Last(known => known.From <= version);
        choice = new KernelChoice(version, KernelProfiles.ByRelease[release.Profile], release.Confidence, release.Reason);
        return true;
    }

    /// <summary>The same for a kernel that is known.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public KernelChoice Resolve(KernelVersion version) =>
        TryResolve(version, out var choice, out var error) ? choice! : throw new ArgumentOutOfRangeException(nameof(version), version, error);

    /// <summary>Whether a guest sizes all BARs of a function with decode off once.</summary>
    public bool BatchesSizing(KernelVersion guest) => At(GuestSizing, guest).Does == Batched;

    /// <summary>The first guest that sizes in one go, or <see langword="null"/>.</summary>
    public KernelVersion? FirstThatBatches => GuestSizing.FirstOrDefault(known => known.Does == Batched)?.From;

    /// <summary>Which <c>prepopulate_bars</c> a guest has.</summary>
    public PrepopulateBars PrepopulateOf(KernelVersion guest) => At(GuestHyperV, guest).Does == SetsMemory ? PrepopulateBars.SetsMemory : PrepopulateBars.LeavesMemoryOff;

    /// <summary>Where a VMM mmaps a BAR minus where the BAR is, modulo 1 GiB; <see langword="null"/> for a VMM that is not known.</summary>
    public ulong? VaSkewOf(VmmRelease vmm)
    {
        ArgumentNullException.ThrowIfNull(vmm);
        return Vmms.TryGetValue(vmm.Name, out var releases) ? At(releases, vmm.Version).Does == Aligned ? 0 : PageBytes : null;
    }

    /// <summary>The first release of a VMM that aligns, or <see langword="null"/>.</summary>
    public KernelVersion? FirstThatAligns(string vmm) => Vmms.TryGetValue(vmm, out var releases) ? releases.FirstOrDefault(known => known.Does == Aligned)?.From : null;

    /// <summary>The firmware of that name, or <see langword="null"/>.</summary>
    public FirmwareBehaviour? FindFirmware(string name) => Firmwares.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The first host release whose profile is such, among those that were counted if there is one.</summary>
    internal HostRelease? FirstHost(Func<KernelProfile, bool> isSuch)
    {
        var such = Hosts.Where(known => isSuch(KernelProfiles.ByRelease[known.Profile])).ToList();
        return such.Find(known => known.Confidence == Confidence.Measured) ?? such.FirstOrDefault();
    }

    private static ReleaseBehaviour At(ImmutableArray<ReleaseBehaviour> releases, KernelVersion version) => releases.Last(known => known.From <= version);
}

/// <summary>A VMM and its release, such as <c>qemu-9.2</c>.</summary>
/// <param name="Name">Its name in lower case.</param>
/// <param name="Version">Its release.</param>
public sealed record VmmRelease(string Name, KernelVersion Version)
{
    /// <summary>Reads <c>qemu-9.2</c>.</summary>
    public static bool TryParse(string text, out VmmRelease? vmm)
    {
        ArgumentNullException.ThrowIfNull(text);
        vmm = null;
        var dash = text.LastIndexOf('-');
        if (dash <= 0 || !KernelVersion.TryParse(text[(dash + 1)..], out var version, out _)) return false;
        vmm = new VmmRelease(text[..dash].ToLowerInvariant(), version);
        return true;
    }

    /// <summary><c>qemu-9.2</c>.</summary>
    public override string ToString() => $"{Name}-{Version}";
}
