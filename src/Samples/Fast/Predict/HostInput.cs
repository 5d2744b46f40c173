using Fast.Host;
using Fast.Machines;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Predict;

/// <summary>Finds the host that somebody names: a file, standard input, this machine, or one that the tool carries.</summary>
internal static class HostInput
{
    /// <summary>The word for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>The word for this machine.</summary>
    public const string Live = "live";

    /// <summary>Reads the listing of <paramref name="host"/> and selects the devices to predict.</summary>
    /// <exception cref="InputException">There is none, or nothing in it can be predicted.</exception>
    public static async Task<GpuSelection> ReadAsync(string host, TextReader stdin, CancellationToken cancellation)
    {
        // A read of a terminal or a pipe cannot be cancelled; it is left behind when the run is.
        var listing = await Task.Run(() => Read(host, stdin), cancellation).WaitAsync(cancellation);
        var selection = listing.SelectGpus();
        return selection.Error is { } error ? throw new InputException($"predict: {error.Message}") : selection;
    }

    private static PciListing Read(string host, TextReader stdin) => host switch
    {
        StandardInput => ReadStandardInput(stdin),
        Live => ReadLive(),
        _ => BuiltInHosts.Find(host) ?? ReadFile(host),
    };

    private static PciListing ReadStandardInput(TextReader stdin)
    {
        try
        {
            return PciListing.Read(stdin, "standard input");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"predict: standard input cannot be read: {exception.Message}");
        }
    }

    private static PciListing ReadFile(string path)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new InputException($"predict: the host is empty; name a file with the output of 'lspci -vv', '{StandardInput}', '{Live}' or one of {string.Join(", ", BuiltInHosts.Names)}");
        try
        {
            if (Directory.Exists(path)) throw new InputException($"predict: '{path}' is a folder; name a file with the output of 'lspci -vv'");
            using var reader = new StreamReader(path);
            return PciListing.Read(reader, path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException(
                $"predict: there is no file '{path}' and no built-in host of that name{NearestWord.Hint(path, BuiltInHosts.Names)}; name a file with the output of 'lspci -vv', '{StandardInput}', '{Live}' or one of {string.Join(", ", BuiltInHosts.Names)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"predict: '{path}' cannot be read: {exception.Message}");
        }
    }

    private static PciListing ReadLive()
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
            throw new InputException($"predict: {exception.Message}");
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
