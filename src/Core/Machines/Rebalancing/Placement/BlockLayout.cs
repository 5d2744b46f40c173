using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>How the BARs of a device become blocks: each by itself on a bus, all together behind a port of its own.</summary>
internal static class BlockLayout
{
    private const ulong PageBytes = 4096;

    // A port's window starts and ends at a multiple of 1 MiB (PCI-to-PCI Bridge Architecture Specification, 3.2.5.8).
    private const ulong Granule = 1 << 20;

    /// <summary>The blocks of a device, the largest first.</summary>
    /// <param name="device">The device.</param>
    /// <param name="headFirst">Behind a port: the smaller BARs lie in front of the largest, not after it.</param>
    /// <param name="largestBytes">Size of its largest BAR, when it shall be another than it is.</param>
    public static ImmutableArray<Block> Of(RebalanceDevice device, bool headFirst, ulong? largestBytes = null)
    {
        var largest = device.LargestBar;
        var bars = device.Function.Bars.Select(bar => (Bar: bar, Bytes: Math.Max(bar == largest ? largestBytes ?? bar.Bytes : bar.Bytes, PageBytes)))
            .OrderByDescending(bar => bar.Bytes).ToImmutableArray();
        if (device.Port is null) return [.. bars.Select(bar => new Block(device, new BlockShape(bar.Bytes, bar.Bytes), [(bar.Bar, 0)]))];

        var (first, rest) = (bars[0], bars[1..]);
        var smaller = rest.Aggregate(0UL, (sum, bar) => sum + bar.Bytes);
        var head = headFirst && smaller > 0 ? RoundUp(smaller, Math.Max(Granule, rest[0].Bytes)) : 0;
        var at = head > 0 ? 0 : first.Bytes;
        var offsets = ImmutableArray.CreateBuilder<(BarRegister, ulong)>();
        offsets.Add((first.Bar, head));
        foreach (var bar in rest)
        {
            offsets.Add((bar.Bar, at));
            at += bar.Bytes;
        }

        var bytes = RoundUp(head > 0 ? head + first.Bytes : at, Granule);
        return [new Block(device, new BlockShape(bytes, Math.Max(Granule, first.Bytes), head), offsets.ToImmutable())];
    }

    private static ulong RoundUp(ulong value, ulong alignment) => (value + (alignment - 1)) & ~(alignment - 1);
}
