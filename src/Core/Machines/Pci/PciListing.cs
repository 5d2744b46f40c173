using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Machines;

/// <summary>
/// The PCI functions of a machine: from the text of <c>lspci -v</c>, <c>-vv</c> or <c>-vvv</c>, from whole-line fragments of it, or from plain
/// values. Either <see cref="Error"/> is set, or <see cref="Devices"/> has at least one device.
/// </summary>
/// <param name="Source">Where it came from, for messages.</param>
/// <param name="Devices">The functions, in the order of the listing.</param>
/// <param name="Notes">What a reader of the result should know.</param>
/// <param name="Error">Why the listing cannot be used, or <see langword="null"/>.</param>
public sealed record PciListing(string Source, ImmutableArray<PciDevice> Devices, ImmutableArray<PciNote> Notes, PciListingError? Error)
{
    /// <summary>No listing is longer than this; a device file or an image given by mistake is.</summary>
    public const int MaxCharacters = 64 << 20;

    /// <summary>The command whose text is read best.</summary>
    internal const string BestCommand = "take the output of 'lspci -vv', whole lines";

    /// <summary>Reads text.</summary>
    /// <param name="text">The listing.</param>
    /// <param name="source">Its name, for messages.</param>
    public static PciListing Read(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(source);
        if (text.Length > MaxCharacters) return Refuse(TooLong(source));
        return text.Contains('\0', StringComparison.Ordinal) ? Refuse(Binary(source)) : new ListingReader(source).Read(text);
    }

    /// <summary>Reads a guest's kernel log instead: the devices whose BARs it names, with and without a place.</summary>
    /// <param name="text">The log.</param>
    /// <param name="source">Its name, for messages.</param>
    public static PciListing ReadKernelLog(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(source);
        return KernelLogListing.Read(text, source);
    }

    /// <summary>Reads text to its end, or until it is clear that it is no listing.</summary>
    /// <param name="reader">The listing.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="alsoKernelLog">A guest's kernel log is taken too.</param>
    public static PciListing Read(TextReader reader, string source, bool alsoKernelLog = false)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(source);
        var text = new System.Text.StringBuilder();
        var buffer = new char[1 << 15];
        for (int count; (count = reader.Read(buffer)) > 0;)
        {
            if (buffer.AsSpan(0, count).Contains('\0')) return Refuse(Binary(source));
            text.Append(buffer, 0, count);
            if (text.Length > MaxCharacters) return Refuse(TooLong(source));
        }

        var listing = Read(text.ToString(), source);
        if (!alsoKernelLog || listing.Error is null) return listing;
        var log = ReadKernelLog(text.ToString(), source);
        return log.Error is null ? log : listing;
    }

    /// <summary>A listing of devices that were not read from text.</summary>
    /// <param name="source">Where they came from, for messages.</param>
    /// <param name="devices">The functions.</param>
    public static PciListing Of(string source, IEnumerable<PciDevice> devices)
    {
        ArgumentNullException.ThrowIfNull(source);
        ImmutableArray<PciDevice> all = [.. devices];
        return all.IsEmpty
            ? Refuse(new PciListingError(source, 0, "no PCI device", "name a file with the output of 'lspci -vv' instead", null))
            : new PciListing(source, all, [], null);
    }

    /// <summary>The devices that <c>predict</c> looks at, or why there are none.</summary>
    /// <param name="needsAddresses">Only BARs with an address count; without, also those that found no place.</param>
    public GpuSelection SelectGpus(bool needsAddresses = true) => GpuSelection.Of(this, needsAddresses);

    /// <summary><c>h100.txt: 1 device</c>, or the error.</summary>
    public override string ToString() =>
        Error?.Message ?? string.Create(CultureInfo.InvariantCulture, $"{Source}: {Devices.Length} device{(Devices.Length == 1 ? "" : "s")}");

    internal static PciListing Refuse(PciListingError error) => new(error.Source, [], [], error);

    private static PciListingError Binary(string source) => new(source, 0, "binary data, not the text of a PCI listing", BestCommand, null);

    private static PciListingError TooLong(string source) =>
        new(source, 0, string.Create(CultureInfo.InvariantCulture, $"more than {MaxCharacters >> 20} Mi characters, no PCI listing"), BestCommand, null);
}
