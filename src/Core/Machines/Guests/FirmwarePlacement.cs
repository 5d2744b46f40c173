using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>
/// How firmware places BARs: from the leaves up, the most aligned first, each naturally aligned, one after the other; a bridge's windows hold what is behind it. What does not fit is
/// left without an address, the largest of a bridge first.
/// </summary>
/// <param name="pci">The hierarchy.</param>
/// <param name="windows">What may be used.</param>
internal sealed class FirmwarePlacement(PciHierarchy pci, HostBridgeWindows windows)
{
    private const ulong Granule = 1 << 20;
    private BusRange? _low = windows.Memory32;
    private BusRange? _high = windows.Memory64;

    /// <summary>Room that each port without anything larger behind it gets below 4 GiB, for hot-plug.</summary>
    public ulong ReservedLow { get; init; }

    /// <summary>The same above 4 GiB.</summary>
    public ulong ReservedHigh { get; init; }

    /// <summary>Places everything and writes the addresses: BARs first, then the windows of the bridges.</summary>
    public void PlaceAll()
    {
        foreach (var isHigh in new[] { false, true })
        {
            var wishes = ByAlignment(pci.RootBus.SelectMany(function => WishesOf(function, isHigh)));
            foreach (var wish in wishes) Settle(wish, isHigh);
        }
    }

    private void Settle(Wish wish, bool isHigh)
    {
        while (wish.Bytes > 0)
        {
            // Where there is no room above, 4 GiB is no border for what is small.
            var place = isHigh && windows.Memory64 is not null ? Take(ref _high, wish) : Take(ref _low, wish);
            if (place is { } start)
            {
                Write(wish, start, isHigh);
                return;
            }

            wish = wish.WithoutLargest();
        }
    }

    /// <summary>The next place; what alignment skips is not come back to.</summary>
    private static ulong? Take(ref BusRange? rest, Wish wish)
    {
        if (rest is not { } free) return null;
        var start = RoundUp(free.Start, wish.Alignment);
        if (start < free.Start || start > free.Last || free.Last - start < wish.Bytes - 1) return null;
        rest = start + wish.Bytes - 1 == free.Last ? null : free with { Start = start + wish.Bytes };
        return start;
    }

    private void Write(Wish wish, ulong start, bool isHigh)
    {
        if (wish.Bar is { } bar)
        {
            pci.Write(bar.Function, bar.Offset, 4, (uint)start);
            if (bar.Kind == BarKind.Memory64) pci.Write(bar.Function, bar.Offset + 4, 4, (uint)(start >> 32));
            return;
        }

        var at = start;
        foreach (var inside in wish.Inside)
        {
            at = RoundUp(at, inside.Alignment);
            Write(inside, at, isHigh);
            at += inside.Bytes;
        }

        var (bridge, last) = (wish.Bridge!, start + (wish.Bytes - 1));
        var first = isHigh ? PrefetchableBase : MemoryBase;
        pci.Write(bridge, first, 2, (uint)(start >> 16) & 0xFFF0);
        pci.Write(bridge, first + 2, 2, (uint)(last >> 16) & 0xFFFF);
        if (!isHigh) return;
        pci.Write(bridge, PrefetchableBaseUpper, 4, (uint)(start >> 32));
        pci.Write(bridge, PrefetchableLimitUpper, 4, (uint)(last >> 32));
    }

    private IEnumerable<Wish> WishesOf(PciFunction function, bool isHigh)
    {
        foreach (var bar in function.Bars)
        {
            if (bar.Kind == BarKind.IoPorts || bar.IsOfVirtualFunctions) continue;
            if ((bar is { Kind: BarKind.Memory64, Prefetchable: true }) == isHigh) yield return new Wish(bar.Bytes, Math.Max(bar.Bytes, 4096), bar, null, []);
        }

        if (function is not PciBridge bridge) yield break;
        var inside = ByAlignment(bridge.Behind.SelectMany(behind => WishesOf(behind, isHigh))).ToArray();
        var window = Wish.Window(bridge, inside, bridge.IsHotPlug ? isHigh ? ReservedHigh : ReservedLow : 0);
        if (window.Bytes > 0) yield return window;
    }

    private static IOrderedEnumerable<Wish> ByAlignment(IEnumerable<Wish> wishes) => wishes.OrderByDescending(wish => wish.Alignment);

    private static ulong RoundUp(ulong value, ulong alignment) => (value + (alignment - 1)) & ~(alignment - 1);

    /// <summary>A BAR, or a window with what shall lie in it.</summary>
    private sealed record Wish(ulong Bytes, ulong Alignment, BarRegister? Bar, PciBridge? Bridge, Wish[] Inside, ulong Reserved = 0)
    {
        public static Wish Window(PciBridge bridge, Wish[] inside, ulong reserved)
        {
            var (bytes, alignment) = (0UL, Math.Max(Granule, reserved));
            foreach (var wish in inside) bytes = RoundUp(bytes, wish.Alignment) + wish.Bytes;
            if (inside.Length > 0) alignment = Math.Max(Granule, inside[0].Alignment);
            return new Wish(RoundUp(Math.Max(bytes, reserved), Granule), alignment, null, bridge, inside, reserved);
        }

        /// <summary>What is left to place when the largest BAR in it does without.</summary>
        public Wish WithoutLargest()
        {
            if (Bridge is null) return this with { Bytes = 0 };
            if (Inside.Length == 0) return this with { Bytes = 0 };
            var smaller = Inside[0].WithoutLargest();
            Wish[] rest = smaller.Bytes > 0 ? [smaller, .. Inside[1..]] : Inside[1..];
            return rest.Length == 0 ? this with { Bytes = 0, Inside = rest } : Window(Bridge, [.. ByAlignment(rest)], 0);
        }
    }
}
