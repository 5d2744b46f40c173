using Fast.Tool.Map;

namespace Fast.Tool.Predict;

/// <summary>The answer in a few sentences, the same on paper and on a page.</summary>
internal static class PredictAnswer
{
    /// <summary>What was asked: the devices, the guest and the host.</summary>
    public static string Question(PredictDocument document)
    {
        var bars = document.Devices.Sum(device => device.Bars.Length);
        var bytes = document.Devices.SelectMany(device => device.Bars).Aggregate(0UL, (sum, bar) => sum + bar.Bytes);
        var request = document.Request;
        var beside = (request.Backend == "type1" ? "" : $", {request.Backend}") + (request.NoMmap ? ", x-no-mmap" : "") + (request.PhysicalBits is { } bits ? $", {bits} bits of physical addresses" : "");
        return $"{HostInput.Title(document.Host)}: {Numbers.Count(document.Devices.Length, "device")} with {Numbers.Count(bars, "BAR")} of {Numbers.Bytes(bytes)}; guest Linux {request.GuestKernel} under {request.Firmware}, {Numbers.Count(request.BridgesAbove, "bridge")} above each device, transparent huge pages {request.Thp}, {document.Iommu.Title}{beside}";
    }

    /// <summary>The answer, sentence by sentence.</summary>
    public static IEnumerable<string> Lines(PredictDocument document)
    {
        var baseline = document.Kernels.FirstOrDefault(kernel => kernel.Kernel == document.Baseline) ?? document.Kernels[0];
        var total = baseline.Total;
        var refused = baseline.Bars.FirstOrDefault(bar => bar.Errno is not null);
        yield return refused is not null
            ? $"On Linux {baseline.Kernel} mapping them fails with {refused.Errno}: the guest boots, and no device reaches the BARs of another (peer-to-peer, GPUDirect)."
            : $"On Linux {baseline.Kernel} these BARs add {Numbers.Band(total.Seconds, total.Low, total.High)} to the boot of the guest: {Numbers.Seconds(total.Map.Seconds)} of map, {Numbers.Seconds(total.Unmap.Seconds)} of unmap.";
        var others = document.Kernels.Where(kernel => kernel != baseline).Select(kernel => $"{Numbers.Seconds(kernel.Total.Seconds)} on {kernel.Kernel}").ToList();
        if (others.Count > 0) yield return $"It would be {string.Join(", ", others)}.";
        if (baseline.Ram is { } ram) yield return $"Pinning {Numbers.Bytes(document.Request.Ram!.Bytes)} of memory when the VM starts comes on top: {ram.Errno ?? MapText.Band(ram.Map)}.";
        var best = document.Changes.FirstOrDefault(change => change is { SavesSeconds: > 0, Alternative: false });
        yield return best is null ? "No version or setting that is known here would shorten it." : $"Change first: {best.Text}; saves {Numbers.Seconds(best.SavesSeconds)}.";
    }
}
