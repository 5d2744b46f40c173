using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>A device that needs room.</summary>
/// <param name="Label">Its address on the host, or another name.</param>
/// <param name="Name">What it is.</param>
/// <param name="Bars">Its BARs, each with the region that it was read from.</param>
public sealed record FitDevice(string Label, string Name, ImmutableArray<FitBar> Bars)
{
    /// <summary>The device as a listing has it; regions that it must have and the listing does not show are added.</summary>
    public static FitDevice Of(PciDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var whole = KnownGpus.Complete(device);
        var bars = ListedBars.Of(whole).Where(bar => bar.Value.Kind != BarKind.IoPorts);
        return new FitDevice(device.Label, device.Name, [.. bars.Select(bar => new FitBar(bar.Key, bar.Value, whole.Resizable.FirstOrDefault(each => each.Region == bar.Key.Index).Sizes))]);
    }

    /// <summary>Its largest BAR.</summary>
    public FitBar Largest => Bars.MaxBy(bar => bar.Declaration.Bytes)!;
}

/// <summary>A BAR that needs room.</summary>
/// <param name="Region">The region of the listing.</param>
/// <param name="Declaration">The BAR.</param>
/// <param name="Sizes">One bit for each size that it can be given, if it is resizable; else 0.</param>
public sealed record FitBar(PciRegion Region, BarDeclaration Declaration, ulong Sizes)
{
    /// <summary>The same with another size.</summary>
    public FitBar Resized(ulong bytes) => this with { Declaration = Declaration with { Bytes = bytes } };
}
