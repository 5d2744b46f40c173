using System.CommandLine;
using Fast.Host;
using Fast.Machines;
using Fast.Tool.CommandLine;

namespace Fast.Tool;

/// <summary>Finds the host that somebody names: a file, standard input, this machine, or one that the tool carries.</summary>
internal static class HostInput
{
    /// <summary>The word for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>The word for this machine.</summary>
    public const string Live = "live";

    /// <summary>How answers call it.</summary>
    public static string Title(string host) => host switch
    {
        StandardInput => "standard input",
        Live => "this machine",
        _ => host,
    };

    /// <summary>The argument that names it.</summary>
    public static Argument<string> Argument() => new("HOST")
    {
        Description = $"Text of 'lspci -vv': a file, '{StandardInput}' for standard input, '{Live}' for this machine, or a built-in host ({string.Join(", ", BuiltInHosts.Names)}).",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => BuiltInHosts.Default,
    };

    /// <summary>Reads the listing of <paramref name="host"/> and selects its GPUs.</summary>
    /// <param name="verb">Who asks, for messages.</param>
    /// <param name="host">The host.</param>
    /// <param name="stdin">Standard input.</param>
    /// <param name="cancellation">Leaves a read behind that cannot be cancelled.</param>
    /// <param name="needsPlaces">Only BARs with an address count; without, also those that found no place, and a guest's kernel log is taken too.</param>
    /// <exception cref="InputException">There is none, or it has none.</exception>
    public static async Task<GpuSelection> ReadAsync(string verb, string host, TextReader stdin, CancellationToken cancellation, bool needsPlaces = true)
    {
        // A read of a terminal or a pipe cannot be cancelled; it is left behind when the run is.
        var listing = await Task.Run(() => Read(verb, host, stdin, alsoKernelLog: !needsPlaces), cancellation).WaitAsync(cancellation);
        var selection = listing.SelectGpus(needsPlaces);
        if (selection.Error is { } error) throw new InputException($"{verb}: {error.Message}");
        // Without an address they are taken as they should be ('fit'); with, they are missing in every sum.
        return needsPlaces ? selection.NoteAbsentRegions() : selection;
    }

    private static PciListing Read(string verb, string host, TextReader stdin, bool alsoKernelLog) => host switch
    {
        StandardInput => ReadStandardInput(verb, stdin, alsoKernelLog),
        Live => ReadLive(verb),
        _ => BuiltInHosts.Find(host) ?? ReadFile(verb, host, alsoKernelLog),
    };

    private static PciListing ReadStandardInput(string verb, TextReader stdin, bool alsoKernelLog)
    {
        try
        {
            return PciListing.Read(stdin, "standard input", alsoKernelLog);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{verb}: standard input cannot be read: {exception.Message}");
        }
    }

    private static PciListing ReadFile(string verb, string path, bool alsoKernelLog)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new InputException($"{verb}: the host is empty; name a file with the output of 'lspci -vv', '{StandardInput}', '{Live}' or one of {string.Join(", ", BuiltInHosts.Names)}");
        try
        {
            if (Directory.Exists(path)) throw new InputException($"{verb}: '{path}' is a folder; name a file with the output of 'lspci -vv'");
            using var reader = new StreamReader(path);
            return PciListing.Read(reader, path, alsoKernelLog);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException(
                $"{verb}: there is no file '{path}' and no built-in host of that name{NearestWord.Hint(path, BuiltInHosts.Names)}; name a file with the output of 'lspci -vv', '{StandardInput}', '{Live}' or one of {string.Join(", ", BuiltInHosts.Names)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{verb}: '{path}' cannot be read: {exception.Message}");
        }
    }

    private static PciListing ReadLive(string verb)
    {
        try
        {
            var found = SysfsPci.Read();
            var devices = found.Devices.Where(device => !device.IsVirtualFunction).Select(ToDevice);
            var listing = PciListing.Of("this machine", devices);
            return listing with { Notes = [.. listing.Notes, .. found.Notes.Select(note => new PciNote(0, note))] };
        }
        catch (HostException exception)
        {
            throw new InputException($"{verb}: {exception.Message}");
        }
    }

    private static PciDevice ToDevice(SysfsPciDevice device) =>
        PciDevice.Of(device.Address, device.ClassCode, device.VendorId, device.DeviceId, device.Driver, device.Regions.Where(region => region.Kind != SysfsRegionKind.Other).Select(ToRegion));

    private static PciRegion ToRegion(SysfsRegion region) => new()
    {
        Index = region.Index,
        Kind = region.Kind switch
        {
            SysfsRegionKind.Memory => RegionKind.Memory,
            SysfsRegionKind.IoPorts => RegionKind.IoPorts,
            _ => RegionKind.Rom,
        },
        Address = region.IsUnassigned ? null : region.Start,
        Bytes = region.Bytes,
        Is64 = region.Is64,
        Prefetchable = region.Prefetchable,
        IsUnassigned = region.IsUnassigned,
    };
}
