using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>
/// The devices of a listing that slow a boot down: display controllers, processing accelerators and whatever has a memory BAR of at least 1 GiB.
/// </summary>
/// <param name="Devices">The devices; empty when there is an error.</param>
/// <param name="Notes">What a reader of the result should know.</param>
/// <param name="Error">Why there is nothing to predict, or <see langword="null"/>.</param>
public sealed record GpuSelection(ImmutableArray<PciDevice> Devices, ImmutableArray<PciNote> Notes, PciListingError? Error)
{
    internal static GpuSelection Of(PciListing listing, bool needsAddresses)
    {
        if (listing.Error is { } error) return Refuse(error);
        var bars = listing.Devices.SelectMany(device => device.Regions).Count(region => region.IsMemoryBar);
        if (bars == 0)
        {
            return Refuse(new PciListingError(listing.Source, 0, $"{Counted(listing.Devices.Length)}, but no memory BAR", PciListing.BestCommand, null));
        }

        ImmutableArray<PciDevice> gpus = [.. listing.Devices.Where(device => device.IsGpu)];
        foreach (var gpu in gpus)
        {
            if (IsUsable(gpu)) continue;
            if (gpu.Regions.FirstOrDefault(region => region.IsMemoryBar) is { } lost) return Refuse(NothingAssigned(listing.Source, gpu, lost));
        }

        ImmutableArray<PciNote> silent = [.. gpus.Where(gpu => !IsUsable(gpu))
            .Select(gpu => new PciNote(gpu.SourceLine, $"{gpu.Label} has no memory BAR in the listing and is not counted"))];
        var notes = listing.Notes.Where(note => note.Line == 0 || DeviceAt(listing, note.Line) is { IsGpu: true }).Concat(silent);
        gpus = [.. gpus.Where(IsUsable)];
        return gpus.IsEmpty ? Refuse(NoGpu(listing)) : new GpuSelection(gpus, [.. notes], null);

        bool IsUsable(PciDevice gpu) => needsAddresses ? gpu.MappableBars.Any() : KnownGpus.Complete(gpu).Regions.Any(region => region is { IsMemoryBar: true, Bytes: > 0 });
    }

    /// <summary>Also notes the regions that a device is known to have and the listing lacks: whoever counts its BARs counts too few.</summary>
    public GpuSelection NoteAbsentRegions() => this with { Notes = [.. Notes, .. Devices.SelectMany(Absent)] };

    private static IEnumerable<PciNote> Absent(PciDevice gpu) => KnownGpus.MissingOf(gpu).Select(region => new PciNote(
        gpu.SourceLine,
        $"{gpu.Label} must have a region {region.Index} of {BinarySize.Format(region.Bytes!.Value)}, which has no place in this listing and is not counted; 'fast fit' says what it needs"));

    /// <summary>The device that a line of the listing belongs to; other devices' oddities are of no interest here.</summary>
    private static PciDevice? DeviceAt(PciListing listing, int line) => listing.Devices.LastOrDefault(device => device.SourceLine <= line);

    private static PciListingError NothingAssigned(string source, PciDevice gpu, PciRegion lost)
    {
        var why = lost.IsIgnored ? "<ignored>" : lost.IsUnassigned ? "<unassigned>" : "without a size";
        return new PciListingError(
            source,
            lost.SourceLine,
            $"the memory BARs of {gpu.Label} are all {why}",
            lost.Address is null ? "give the host's firmware room for large BARs (Above 4G Decoding), boot again and list again" : PciListing.BestCommand,
            lost.ToString());
    }

    private static PciListingError NoGpu(PciListing listing)
    {
        var largest = listing.Devices.SelectMany(device => device.Regions).Where(region => region.IsMemoryBar).MaxBy(region => region.Bytes ?? 0);
        return new PciListingError(
            listing.Source,
            largest?.SourceLine ?? 0,
            $"{Counted(listing.Devices.Length)}, but no display controller, no processing accelerator and no memory BAR of 1G or more",
            "list the host that has the GPUs",
            largest is null ? null : "largest: " + largest);
    }

    private static GpuSelection Refuse(PciListingError error) => new([], [], error);

    private static string Counted(int count) => count == 1 ? "1 device" : count.ToString(CultureInfo.InvariantCulture) + " devices";

    /// <summary>Most devices that a guest gets here.</summary>
    public const int MostDevices = 64;

    /// <summary>So many of the devices; those that the listing does not have are like its last one, on places of the host behind it.</summary>
    public GpuSelection Take(int count)
    {
        if (count <= Devices.Length || Devices.IsEmpty) return this with { Devices = [.. Devices.Take(count)] };
        var last = Devices[^1];
        var stride = BitOperations.RoundUpToPowerOf2(last.MappableBars.Max(bar => bar.Address!.Value + bar.Bytes!.Value) - last.MappableBars.Min(bar => bar.Address!.Value));
        var more = Enumerable.Range(1, count - Devices.Length).Select(number => last with
        {
            Address = string.Create(CultureInfo.InvariantCulture, $"{last.Label} (+{number})"),
            Regions = [.. last.Regions.Select(region => region.IsMappable ? region with { Address = region.Address + (stride * (ulong)number) } : region)],
        });
        var note = new PciNote(last.SourceLine, $"the listing has {Counted(Devices.Length)}; {count - Devices.Length} more like {last.Label} are assumed");
        return this with { Devices = [.. Devices, .. more], Notes = Notes.Add(note) };
    }
}
