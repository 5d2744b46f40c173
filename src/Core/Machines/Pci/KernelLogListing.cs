using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Fast.Machines;

/// <summary>
/// Reads the devices of a guest from its kernel log: the BARs that Linux found (<c>BAR 2 [mem …]</c>, before 6.8 <c>reg 0x18: [mem …]</c>), where it put them, and those that found no place
/// (<c>BAR 1: no space for [mem size 0x4000000000 64bit pref]</c>).
/// </summary>
internal sealed partial class KernelLogListing
{
    private const int FirstRegister = ConfigRegister.Bar0;
    private readonly Dictionary<string, PciDevice> _devices = new(StringComparer.Ordinal);
    private readonly HashSet<string> _bridges = new(StringComparer.Ordinal);

    /// <summary>The devices of a text, or an error that says that it has none.</summary>
    public static PciListing Read(string text, string source)
    {
        var reader = new KernelLogListing();
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.Length < 1000) reader.Add(line.ToString(), number);
        }

        ImmutableArray<PciDevice> devices = [.. reader._devices.Where(device => !reader._bridges.Contains(device.Key)).Select(device => device.Value).Where(device => !device.Regions.IsEmpty)];
        return devices.IsEmpty
            ? PciListing.Refuse(ForeignText.Refuse(text, source))
            : new PciListing(source, devices, [new PciNote(0, "read from a kernel log: BARs as the guest's kernel found them")], null);
    }

    private void Add(string line, int number)
    {
        if (Header().Match(line) is { Success: true } header)
        {
            var address = header.Groups["address"].Value;
            if (header.Groups["type"].Value.EndsWith('1')) _bridges.Add(address);
            var code = Hex(header.Groups["class"].Value) >> 8;
            Device(address, number, device => device with
            {
                VendorId = (int)Hex(header.Groups["vendor"].Value), DeviceId = (int)Hex(header.Groups["device"].Value), ClassCode = (int)code, Class = PciClass.NameOf((int)code),
                Name = $"Device [{header.Groups["vendor"].Value}:{header.Groups["device"].Value}]",
            });
        }

        if (Bar().Match(line) is not { Success: true } bar || !bar.Groups["slot"].Success && !bar.Groups["register"].Success) return;
        var slot = bar.Groups["slot"].Success ? (int)Hex(bar.Groups["slot"].Value) : ((int)Hex(bar.Groups["register"].Value) - FirstRegister) / 4;
        if (slot is < 0 or > 5) return;
        var (first, last, bytes) = (Hex(bar.Groups["first"].Value), Hex(bar.Groups["last"].Value), Hex(bar.Groups["bytes"].Value));
        if (bar.Groups["first"].Success) bytes = last >= first ? last - first + 1 : 0;
        if (bytes == 0) return;
        var flags = bar.Groups["flags"].Value;
        var region = new PciRegion
        {
            Index = slot,
            Kind = RegionKind.Memory,
            Address = first == 0 ? null : first,
            IsUnassigned = first == 0,
            Bytes = bytes,
            Is64 = flags.Contains("64bit", StringComparison.Ordinal),
            Prefetchable = flags.Contains("pref", StringComparison.Ordinal),
            SourceLine = number,
        };
        Device(bar.Groups["address"].Value, number, device => device with { Regions = [.. device.Regions.Where(other => other.Index != slot).Append(region).OrderBy(other => other.Index)] });
    }

    private void Device(string address, int number, Func<PciDevice, PciDevice> change) =>
        _devices[address] = change(_devices.GetValueOrDefault(address) ?? new PciDevice { Address = address, SourceLine = number });

    private static ulong Hex(string digits) => ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : 0;

    [GeneratedRegex(@"pci (?<address>[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]): \[(?<vendor>[0-9a-f]{4}):(?<device>[0-9a-f]{4})\] type (?<type>0?[01]) class 0x(?<class>[0-9a-f]{6})")]
    private static partial Regex Header();

    [GeneratedRegex(@"pci (?<address>[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]): (BAR (?<slot>[0-5])|reg 0x(?<register>1[048c]|2[04]))[^\[]*\[mem (0x(?<first>[0-9a-f]+)-0x(?<last>[0-9a-f]+)|size 0x(?<bytes>[0-9a-f]+))(?<flags>[^\]]*)\]")]
    private static partial Regex Bar();
}
