using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>One thing that an operator can change.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Text">What to do, in one line.</param>
/// <param name="Applies">Whether it makes sense for a request and the profile of its host kernel.</param>
/// <param name="Apply">The request with it.</param>
/// <param name="IsAlternative">Whether it gives something up, or rests on more than a version or a setting; it is said, and not added to the rest.</param>
internal sealed record ChangeCandidate(
    string Id, string Text, Func<PredictionRequest, KernelProfile, bool> Applies, Func<PredictionRequest, PredictionRequest> Apply, bool IsAlternative = false);

/// <summary>All that is known to be worth a try; which release brings what is the knowledge's to say.</summary>
internal static class ChangeCandidates
{
    /// <summary>The change of the host's kernel; there are several, of which at most one applies.</summary>
    internal const string HostKernel = "host-kernel";

    private const string Qemu = "qemu";

    /// <summary>The candidates that releases are known for.</summary>
    internal static IEnumerable<ChangeCandidate> Of(Behaviours behaviours) =>
        [.. Hosts(behaviours), .. Settings(behaviours), .. Alternatives(behaviours)];

    private static IEnumerable<ChangeCandidate> Hosts(Behaviours behaviours)
    {
        static bool HasMask(KernelProfile profile) => profile.Has(VfioPatches.All);
        static bool LosesEntriesLater(PredictionRequest request) => request.Iommu.Geometry.HasFineGrainedSuperPages;

        var first = behaviours.Hosts.FirstOrDefault(known => HasMask(KernelProfiles.ByRelease[known.Profile]))?.From;
        if (first is null || behaviours.FirstHost(HasMask) is not { } mask) yield break;
        var counted = mask.Confidence == Confidence.Measured && mask.From != first ? $" ({mask.From} was counted)" : "";
        yield return new ChangeCandidate(HostKernel, $"host: Linux {first} or newer{counted} looks a BAR up by its leaves, not 4K at a time",
            (request, profile) => Type1(request) && request.Thp == ThpPolicy.Always && !HasMask(profile) && !LosesEntriesLater(request),
            request => request with { HostKernels = [mask.From] });

        if (UnmapChanges.LastByEntry(behaviours) is { } byEntry && UnmapChanges.FirstByPage(behaviours) is { } byPage)
        {
            yield return new ChangeCandidate(HostKernel, $"host: Linux from {first} on and before {byPage}{counted} looks a BAR up by its leaves, not 4K at a time, and unmaps this IOMMU by its entries",
                (request, profile) => Type1(request) && request.Thp == ThpPolicy.Always && !HasMask(profile) && LosesEntriesLater(request),
                request => request with { HostKernels = [byEntry] });
            yield return new ChangeCandidate(HostKernel, $"host: Linux from {first} on and before {byPage}{counted} unmaps this IOMMU entry by entry; {byPage} and newer ask it for every 4K",
                (request, profile) => Type1(request) && UnmapChanges.LosesEntries(request.Iommu, profile),
                request => request with { HostKernels = [byEntry] });
        }

        if (behaviours.FirstHost(profile => HasMask(profile) && !profile.ThpGatesPfnmaps) is { } ungated)
        {
            yield return new ChangeCandidate(HostKernel, $"host: Linux {ungated.From} or newer looks a BAR up by its leaves, and gives it huge ones whatever transparent_hugepage says",
                (request, profile) => Type1(request) && request.Thp != ThpPolicy.Always && (!HasMask(profile) || profile.ThpGatesPfnmaps),
                request => request with { HostKernels = [ungated.From] });
        }
    }

    private static IEnumerable<ChangeCandidate> Settings(Behaviours behaviours)
    {
        yield return new ChangeCandidate("thp", "host: set /sys/kernel/mm/transparent_hugepage/enabled to always; this kernel lets it decide about the leaves of BARs",
            (request, profile) => Type1(request) && request.Thp != ThpPolicy.Always && profile.ThpGatesPfnmaps,
            request => request with { Thp = ThpPolicy.Always });
        if (behaviours.FirstThatBatches is { } batches)
        {
            yield return new ChangeCandidate("guest-kernel", $"guest: Linux {batches} or newer sizes all BARs of a function with decode off once",
                (request, _) => !behaviours.BatchesSizing(request.GuestKernel),
                request => request with { GuestKernel = batches });
        }

        if (behaviours.FirstThatAligns(Qemu) is { } aligns)
        {
            yield return new ChangeCandidate("align-mmap", $"VMM: map BARs at addresses equal to the physical ones modulo 1G, as QEMU {aligns} and newer do",
                (request, _) => Type1(request) && request.VaSkew % PageSize.Size1G.Bytes != 0,
                request => request with { VaSkew = 0 });
        }
    }

    private static IEnumerable<ChangeCandidate> Alternatives(Behaviours behaviours)
    {
        // A device on the root bus is an integrated endpoint to its driver.
        yield return new ChangeCandidate("root-bus", "VMM: devices on the root bus; a bridge above hides everything behind it while the guest sizes it",
            (request, _) => request.BridgesAbove > 0,
            request => request with { BridgesAbove = 0 },
            IsAlternative: true);
        if (behaviours.Hosts.FirstOrDefault(known => KernelProfiles.ByRelease[known.Profile].IommufdMapsDmaBufs)?.From is { } buffers)
        {
            yield return new ChangeCandidate("iommufd", $"VMM: iommufd on Linux {buffers} or newer (read, not counted) maps a BAR as one dma-buf and unmaps it by range; not every VMM can",
                (request, _) => Type1(request) && !request.NoMmap,
                request => request with { Backend = MapBackend.Iommufd, HostKernels = [request.HostKernels[0] < buffers ? buffers : request.HostKernels[0]] },
                IsAlternative: true);
        }

        yield return new ChangeCandidate("no-mmap", "VMM: x-no-mmap=true maps nothing; a last resort: no peer-to-peer (GPUDirect), and each access to a BAR leaves the guest",
            (request, _) => !request.NoMmap,
            request => request with { NoMmap = true },
            IsAlternative: true);
    }

    private static bool Type1(PredictionRequest request) => request.Backend == MapBackend.Type1;
}
