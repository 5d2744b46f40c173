using Fast.Linux;

namespace Fast.Machines;

/// <summary>The memory of the guest, which VFIO pins when the VM starts.</summary>
/// <param name="Bytes">How much.</param>
/// <param name="Kind">What it is made of.</param>
public sealed record GuestRam(ulong Bytes, RamKind Kind);

/// <summary>What pinning the guest's memory takes on one host kernel: before the firmware starts, once, and apart from the BARs.</summary>
/// <param name="Errno">Why it fails; <see cref="Errno.None"/> when it does not.</param>
/// <param name="Pages">Pages of 4 KiB that are pinned.</param>
/// <param name="Calls">Lookups (<c>pin_user_pages_remote</c>) of all of it.</param>
/// <param name="ExecutedBytes">How much of it was executed on real tables; the rest repeats it.</param>
/// <param name="Time">The time.</param>
/// <param name="HugetlbTime">The time with hugetlb pages of 2 MiB instead; <see langword="null"/> when they are those already.</param>
public sealed record RamPrediction(Errno Errno, ulong Pages, ulong Calls, ulong ExecutedBytes, Seconds Time, Seconds? HugetlbTime)
{
    // A stretch that holds every size of leaf and many batches; what follows it in a larger guest is the same again.
    private const ulong Stretch = 1UL << 30;
    private const ulong HugePage = 2UL << 20;

    /// <summary>Predicts it.</summary>
    /// <param name="request">The guest's memory, and who maps.</param>
    /// <param name="kernel">The host's kernel.</param>
    /// <param name="costs">Prices.</param>
    /// <param name="cases">Executes a stretch.</param>
    /// <param name="progress">Told how far it is, or <see langword="null"/>.</param>
    /// <param name="cancellation">Looked at every few thousand steps.</param>
    internal static RamPrediction? Of(PredictionRequest request, KernelChoice kernel, CostModel costs, BarCaseCache cases, IProgress<BarProgress>? progress, CancellationToken cancellation)
    {
        if (request.Ram is not { } ram) return null;
        var isHugetlb = ram.Kind is RamKind.Hugetlb2M or RamKind.Hugetlb1G;
        var wholeHugePages = ram with { Bytes = (ram.Bytes + (HugePage - 1)) & ~(HugePage - 1), Kind = RamKind.Hugetlb2M };
        var hugetlb = isHugetlb ? null : Of(request with { Ram = wholeHugePages }, kernel, costs, cases, progress, cancellation);
        var bytes = Math.Min(ram.Bytes, Stretch);
        var barCase = BarCase.Create(new BarCaseOptions
        {
            Bytes = bytes,
            Kernel = kernel.Version,
            Choice = kernel,
            Thp = request.Thp,
            Iommu = request.Iommu,
            Conditions = new BarConditions { Ram = ram.Kind, Backend = request.Backend },
        });
        var outcome = cases.Run(barCase, progress, cancellation);
        var pages = Scaled(outcome.Map.Pins);
        return new RamPrediction(outcome.Errno, pages, Scaled(outcome.Map.GupAttempts), bytes, costs.PricePin(kernel, ram.Kind, pages, isTouched: false).Seconds, hugetlb?.Time);

        ulong Scaled(long count) => (ulong)((UInt128)(ulong)count * ram.Bytes / bytes);
    }
}
