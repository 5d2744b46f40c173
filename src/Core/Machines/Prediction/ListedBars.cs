using System.Numerics;

namespace Fast.Machines;

/// <summary>The BARs of a listed device as registers: what the guest's firmware and kernel will find.</summary>
internal static class ListedBars
{
    private const int Slots = 6;
    private const ulong UnknownBytes = 1 << 20;
    private const ulong LeastBytes = 16;

    /// <summary>A declaration for each BAR that has a slot; where the listing gives no numbers, one after the other.</summary>
    public static Dictionary<PciRegion, BarDeclaration> Of(PciDevice device)
    {
        var declared = new Dictionary<PciRegion, BarDeclaration>();
        var taken = new bool[Slots];
        foreach (var region in device.Regions.Where(region => region.Kind != RegionKind.Rom && !region.IsOfVirtualFunctions))
        {
            var needed = region is { Kind: RegionKind.Memory, Is64: true } ? 2 : 1;
            // A number that cannot be, such as that of a 64-bit BAR's upper half, counts for nothing.
            var slot = region.Index is { } index && IsFree(taken, index, needed)
                ? index
                : Enumerable.Range(0, Slots).FirstOrDefault(first => IsFree(taken, first, needed), Slots);
            if (declared.ContainsKey(region) || slot == Slots) continue;
            for (var i = 0; i < needed; i++) taken[slot + i] = true;
            declared.Add(region, Declare(region, slot));
        }

        return declared;
    }

    private static BarDeclaration Declare(PciRegion region, int slot)
    {
        if (region.Kind == RegionKind.IoPorts) return new BarDeclaration(slot, 256, BarKind.IoPorts);
        var bytes = Math.Max(BitOperations.RoundUpToPowerOf2(region.Bytes ?? UnknownBytes), LeastBytes);
        // A 64-bit BAR is placed above 4 GiB by whoever has room there, prefetchable or not.
        return region.Is64
            ? new BarDeclaration(slot, bytes, BarKind.Memory64, true)
            : new BarDeclaration(slot, Math.Min(bytes, 1UL << 30), BarKind.Memory32, region.Prefetchable);
    }

    private static bool IsFree(bool[] taken, int first, int count) => first >= 0 && first + count <= taken.Length && !taken.AsSpan(first, count).Contains(true);
}
