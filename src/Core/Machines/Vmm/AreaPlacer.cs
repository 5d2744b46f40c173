using Fast.Linux;

namespace Fast.Machines;

/// <summary>Where a VMM mmaps the areas of BARs: one behind the other, aligned or not.</summary>
/// <param name="settings">How it does that.</param>
internal sealed class AreaPlacer(VmmSettings settings)
{
    private const ulong Gigabyte = 1UL << 30;
    private const ulong FirstVa = 1UL << 40;

    private ulong _next = FirstVa;

    /// <summary>The address of an area, given as bytes of its BAR.</summary>
    public Va Place(BusRange area)
    {
        var alignment = settings.AlignsMmap ? Math.Min(area.Bytes & (~area.Bytes + 1), Gigabyte) : Gigabyte;
        var start = (_next + (alignment - 1)) & ~(alignment - 1);
        if (!settings.AlignsMmap) start += area.Start + settings.UnalignedSkew;
        start &= ~4095UL;
        _next = start + area.Bytes;
        return new Va(start);
    }
}
