namespace Fast.Machines;

/// <summary>
/// Reads a listing line by line. Lines that are neither a device nor a region are passed over, so prompts, prose, capabilities and bridge windows do no
/// harm; a region line must be whole.
/// </summary>
/// <param name="source">Name of the listing, for messages.</param>
internal sealed class ListingReader(string source)
{
    private const string CutRemedy = "the listing is cut; take it again, whole lines";

    /// <summary>How lines begin that matter or that follow one that does; a last line that is the beginning of one of them was cut.</summary>
    private static readonly string[] LineBeginnings =
    [
        "Region ", "Memory at ", "I/O ports at ", "Expansion ROM at ", "Memory behind bridge:", "Prefetchable memory behind bridge:",
        "I/O behind bridge:", "Subsystem:", "Physical Slot:", "Control:", "Status:", "Flags:", "Latency:", "Interrupt:", "NUMA node:",
        "IOMMU group:", "Bus:", "BIST result:", "Capabilities:", "Kernel driver in use:", "Kernel modules:", "[virtual] ", "DeviceName:",
    ];

    private readonly List<PciDevice> _devices = [];
    private readonly List<PciNote> _notes = [];
    private readonly List<PciRegion> _regions = [];
    private readonly CapabilityLines _capabilities = new();
    private PciDevice? _device;
    private bool _inSriov;
    private bool _afterBlank;
    private int _line;

    /// <summary>Reads the whole <paramref name="text"/>.</summary>
    internal PciListing Read(string text)
    {
        var rest = text.AsSpan().TrimStart('\uFEFF');
        var lastLine = CountToLastLine(rest);
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('\n');
            var line = Unquote(end < 0 ? rest : rest[..end]);
            _line++;
            var error = ReadLine(line, isTerminated: end >= 0, isLast: _line == lastLine);
            if (error is not null) return PciListing.Refuse(error);
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        Close();
        if (_devices.Count == 0) return PciListing.Refuse(ForeignText.Refuse(text, source));
        return new PciListing(source, [.. _devices], [.. _notes], null);
    }

    private PciListingError? ReadLine(ReadOnlySpan<char> line, bool isTerminated, bool isLast)
    {
        if (line.IsEmpty)
        {
            _afterBlank = true;
            return null;
        }

        if (HeaderLine.TryRead(line, _line, out var device, out var isWhole))
        {
            if (!isWhole && !isTerminated) return Cut(line, "breaks off before the name of the device");
            Close();
            _device = device;
        }
        else if (RegionLine.TryRead(line, _line, out var region, out var fault))
        {
            return Add(region!, line, isLast);
        }
        else if (fault is not null)
        {
            return Cut(line, fault);
        }
        else if (!isTerminated && IsCutBeginning(line))
        {
            return Cut(line, "breaks off");
        }
        else if (_capabilities.TryRead(line))
        {
            // Said about the device when it is closed.
        }
        else if (line.StartsWith("Capabilities:", StringComparison.Ordinal))
        {
            _inSriov = line.IndexOf("SR-IOV", StringComparison.Ordinal) >= 0;
        }
        else if (line.StartsWith("Kernel ", StringComparison.Ordinal))
        {
            _inSriov = false;
            if (_device is not null && line.StartsWith("Kernel driver in use:", StringComparison.Ordinal))
            {
                _device = _device with { Driver = line[21..].Trim().ToString() };
            }
        }

        _afterBlank = false;
        return null;
    }

    private PciListingError? Add(PciRegion region, ReadOnlySpan<char> line, bool isLast)
    {
        // Regions of the SR-IOV capability look like regions of the function, but stand after its own and have no size.
        var repeats = region.Index is not null && _regions.Any(other => other.Index == region.Index && !other.IsOfVirtualFunctions);
        var afterSuch = _regions.Count > 0 && _regions[^1].IsOfVirtualFunctions;
        if (_inSriov || ((repeats || afterSuch) && region is { Kind: RegionKind.Memory, Address: not null, Bytes: null }))
        {
            region = region with { IsOfVirtualFunctions = true };
        }

        if (isLast && region is { IsMemoryBar: true, Bytes: null, Address: not null }) return Cut(line, "ends without [size=…]");

        if (!region.IsOfVirtualFunctions && (repeats || StartsFragment(region))) Close();
        _device ??= new PciDevice { SourceLine = _line };
        _regions.Add(region);
        _afterBlank = false;
        if (region.IsMemoryBar && !region.IsMappable)
        {
            var name = region.Index is { } number ? $"region {number}" : "a memory BAR";
            var why = region.IsIgnored ? "is <ignored>" : region.IsUnassigned ? "is <unassigned>" : "has no [size=…]";
            _notes.Add(new PciNote(_line, $"{name} of {_device.Label} {why} and is not counted"));
        }

        return null;
    }

    /// <summary>Without device lines, a number that falls begins the next device, and so does a blank line where there are no numbers.</summary>
    private bool StartsFragment(PciRegion region) =>
        _device is { Address: null } && (region.Index is { } index ? _regions.Any(other => other.Index > index) : _afterBlank);

    private void Close()
    {
        if (_device is not null)
        {
            _devices.Add(_capabilities.Complete(_device with { Regions = [.. _regions] }));
            if (_device.Address is null) _notes.Add(new PciNote(_device.SourceLine, "regions without a device line are read as one device"));
        }

        _device = null;
        _regions.Clear();
        _capabilities.Clear();
        _inSriov = false;
    }

    private PciListingError Cut(ReadOnlySpan<char> line, string what) => new(source, _line, $"a line that {what}", CutRemedy, line.ToString());

    private static bool IsCutBeginning(ReadOnlySpan<char> line)
    {
        if (HeaderLine.IsCutAddress(line)) return true;
        foreach (var beginning in LineBeginnings)
        {
            if (line.Length < beginning.Length && beginning.AsSpan().StartsWith(line, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>The line without the marks of quoted mail, of a table or a comment, and without space at its ends.</summary>
    private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        while (!line.IsEmpty && line[0] is '>' or '|' or '*') line = line[1..].TrimStart();
        return line;
    }

    /// <summary>Number of the last line that has anything but space.</summary>
    private static int CountToLastLine(ReadOnlySpan<char> text) => text.TrimEnd().Count('\n') + 1;
}
