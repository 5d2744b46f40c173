using System.Collections.Immutable;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>Devices of real cases.</summary>
internal static class FitMachines
{
    public const ulong G = 1UL << 30;
    public const ulong T = 1UL << 40;

    /// <summary>The GPUs of a built-in host.</summary>
    public static ImmutableArray<FitDevice> Host(string name) => [.. BuiltInHosts.Find(name)!.SelectGpus(needsAddresses: false).Devices.Select(FitDevice.Of)];

    /// <summary>The GPUs of a file of Data.</summary>
    public static ImmutableArray<FitDevice> Listed(string file) => [.. PciListing.Read(TestData.Read(file), file).SelectGpus(needsAddresses: false).Devices.Select(FitDevice.Of)];

    /// <summary>Equal devices with 64-bit BARs of these sizes.</summary>
    public static ImmutableArray<FitDevice> Alike(int count, params ulong[] bars) =>
        [.. Enumerable.Range(0, count).Select(number => new FitDevice($"device {number}", "", [.. bars.Select((bytes, slot) => new FitBar(new PciRegion { Kind = RegionKind.Memory, Index = 2 * slot, Bytes = bytes, Is64 = true }, BarDeclaration.Memory64(2 * slot, bytes), 0))]))];
}
