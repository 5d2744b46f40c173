using System.Collections.Immutable;
using System.Globalization;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>GPUs whose BARs are known: a listing that lacks one of them shows a device that found no room.</summary>
internal static class KnownGpus
{
    private const int Nvidia = 0x10de;
    private const string NvidiaName = "NVIDIA";
    private const string DeviceWord = "Device ";

    private static readonly ImmutableDictionary<(int Vendor, int Device), ImmutableArray<PciRegion>> Known = Read();

    /// <summary>Regions that a device must have and its listing does not show, or shows without a size.</summary>
    public static IEnumerable<PciRegion> MissingOf(PciDevice device)
    {
        if (IdOf(device) is not { } id || !Known.TryGetValue(id, out var regions)) yield break;
        // Without numbers nobody can tell which one is missing.
        if (device.Regions.Any(region => region is { IsMemoryBar: true, Index: null })) yield break;
        foreach (var region in regions)
        {
            if (!device.Regions.Any(listed => listed.IsMemoryBar && listed.Index == region.Index && listed.Bytes > 0)) yield return region;
        }
    }

    /// <summary>The device with the regions that its listing lacks.</summary>
    public static PciDevice Complete(PciDevice device)
    {
        var missing = MissingOf(device).ToList();
        if (missing.Count == 0) return device;
        return device with { Regions = [.. device.Regions.Where(region => !missing.Exists(other => region.IsMemoryBar && region.Index == other.Index)).Concat(missing).OrderBy(region => region.Index)] };
    }

    private static (int Vendor, int Device)? IdOf(PciDevice device)
    {
        if (device is { VendorId: { } vendor, DeviceId: { } number }) return (vendor, number);
        // lspci without -nn writes the number of what its list does not know.
        var at = device.Name.LastIndexOf(DeviceWord, StringComparison.Ordinal);
        return at >= 0 && device.Name.StartsWith(NvidiaName, StringComparison.Ordinal) && int.TryParse(device.Name.AsSpan(at + DeviceWord.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            ? (Nvidia, id)
            : null;
    }

    private static ImmutableDictionary<(int Vendor, int Device), ImmutableArray<PciRegion>> Read()
    {
        using var stream = typeof(KnownGpus).Assembly.GetManifestResourceStream("known-gpus.csv") ?? throw new InvalidOperationException("the assembly carries no list of GPUs");
        using var reader = new StreamReader(stream);
        var rows = reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#').Skip(1).Select(line => line.Split(','));
        return rows.ToImmutableDictionary(
            row => (Hex(row[0].Split(':')[0]), Hex(row[0].Split(':')[1])),
            row => row[1].Split(' ').Select(RegionOf).ToImmutableArray());
    }

    private static PciRegion RegionOf(string text)
    {
        var (index, size) = (text.Split(':')[0], text.Split(':')[1]);
        var is64 = !size.EndsWith("/32", StringComparison.Ordinal);
        if (!BinarySize.TryParse(is64 ? size : size[..^3], out var bytes, out var error)) throw new FormatException(error);
        return new PciRegion { Index = int.Parse(index, CultureInfo.InvariantCulture), Kind = RegionKind.Memory, Bytes = bytes, Is64 = is64, Prefetchable = is64, IsUnassigned = true };
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
