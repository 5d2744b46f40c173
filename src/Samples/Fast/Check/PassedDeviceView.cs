using System.Collections.Immutable;
using System.Globalization;
using Fast.Host;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Tool.Check;

/// <summary>A function that is or would be passed through.</summary>
internal sealed record PassedDeviceView(string Address, string ClassCode, string Vendor, string Device, string? Driver, int? Group, string? GroupType, ImmutableArray<DeviceBarView> Bars)
{
    /// <summary>A view of <paramref name="function"/>.</summary>
    public static PassedDeviceView Of(CheckFacts facts, PciFunctionFacts function)
    {
        var device = function.Device;
        return new PassedDeviceView(
            device.Address, device.ClassCode.ToString("x6", CultureInfo.InvariantCulture), device.VendorId.ToString("x4", CultureInfo.InvariantCulture), device.DeviceId.ToString("x4", CultureInfo.InvariantCulture),
            device.Driver, function.Group, facts.Machine.Iommu.Groups.FirstOrDefault(group => group.Number == function.Group)?.Type, [.. function.Bars.Select(bar => DeviceBarView.Of(facts, function, bar))]);
    }
}

/// <summary>A memory BAR; the largest leaf that this kernel can give it, and the largest size it can be given.</summary>
internal sealed record DeviceBarView(int Index, ulong Bytes, string? Address, bool Is64, bool Prefetchable, ulong? BestLeafBytes, ulong? ResizableTo)
{
    /// <summary>A view of <paramref name="bar"/>.</summary>
    public static DeviceBarView Of(CheckFacts facts, PciFunctionFacts function, SysfsRegion bar) => new(
        bar.Index, bar.Bytes, bar.IsUnassigned ? null : Numbers.Hex(bar.Start), bar.Is64, bar.Prefetchable, bar.IsUnassigned ? null : BestLeaf(facts, bar),
        function.Resizable.TryGetValue(bar.Index, out var sizes) ? sizes.Max() : null);

    private static ulong? BestLeaf(CheckFacts facts, SysfsRegion bar)
    {
        if (facts.Kernel is not { Profile: var profile }) return null;
        if (profile.BarFault != BarFault.HugeOrders || (profile.ThpGatesPfnmaps && facts.Machine.Thp is not ("always" or "madvise"))) return PageSize.Size4K.Bytes;
        // An area that lies to the BAR as it should: at the same offset modulo 1 GiB.
        return CongruentLeaves.Count(bar.Start, bar.Bytes & PageSize.Size4K.PageMask, skew: 0).Largest?.Bytes ?? PageSize.Size4K.Bytes;
    }
}
