using System.Collections.Immutable;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>A host whose BARs are so small that executing them takes no time.</summary>
internal static class SmallHost
{
    private static readonly BarCaseCache Shared = new();

    /// <summary>Devices with a 4 GiB BAR each, three 64-bit BARs in all.</summary>
    internal static ImmutableArray<PciDevice> Gpus(int count) =>
        Read(string.Concat(Enumerable.Range(0, count).Select(number => $"""
            0{number}:00.0 3D controller: Somebody's GPU
            	Region 0: Memory at {0x1000000000 + ((ulong)number << 33):x} (64-bit, prefetchable) [size=16M]
            	Region 2: Memory at {0x8000000000 + ((ulong)number << 33):x} (64-bit, prefetchable) [size=4G]
            	Region 4: Memory at {0x1002000000 + ((ulong)number << 33):x} (64-bit, prefetchable) [size=32M]

            """)));

    internal static ImmutableArray<PciDevice> Gpu(params string[] sizes) =>
        Read("03:00.0 3D controller: Somebody's GPU\n" + string.Concat(sizes.Select((size, index) => $"\tRegion {index}: Memory at {0x1000000000 + ((ulong)index << 33):x} (64-bit, prefetchable) [size={size}]\n")));

    /// <summary>Predicts with what other tests have executed already.</summary>
    internal static Prediction Predict(PredictionRequest request) => new Predictor(Knowledge.Default, Shared).Predict(request);

    /// <summary>Predicts with nothing executed before.</summary>
    internal static Prediction PredictAfresh(PredictionRequest request) => new Predictor(Knowledge.Default, new BarCaseCache()).Predict(request);

    private static ImmutableArray<PciDevice> Read(string text)
    {
        var selection = PciListing.Read(text, "small").SelectGpus();
        Assert.That(selection.Error, Is.Null);
        return selection.Devices;
    }
}
