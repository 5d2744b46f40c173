using System.Globalization;
using System.Text.RegularExpressions;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>
/// Follows Linux through its PCI scan by what it prints: a function's header comes before its BARs are sized, each BAR's line after, a bridge's windows after each was probed. The
/// time between two lines belongs to the config accesses between them.
/// </summary>
internal sealed partial class GuestLogReader
{
    private readonly Dictionary<string, ulong> _bytes = new(StringComparer.Ordinal);
    private double _seconds = double.NaN;
    private string? _address;
    private bool _isBridge;
    private bool _isSized = true;
    private int _nextSlot;

    public List<LogStep> Steps { get; } = [];

    public List<LogGap> Unexplained { get; } = [];

    public List<PciNote> Problems { get; } = [];

    public KernelVersion? Kernel { get; private set; }

    private int Slots => _isBridge ? 2 : 6;

    public void Add(KernelLogLine line)
    {
        var now = line.IsRelative ? (double.IsNaN(_seconds) ? 0 : _seconds) + line.Seconds : line.Seconds;
        var gap = new LogGap(line.Number, double.IsNaN(_seconds) ? 0 : Math.Round(now - _seconds, 6), line.Text);
        _seconds = now;
        if (line.Text.StartsWith("Linux version ", StringComparison.Ordinal) && KernelVersion.TryParse(line.Text.Split(' ')[2], out var version, out _)) Kernel = version;
        var device = Device().Match(line.Text);
        if (!device.Success || !Follow(device.Groups["address"].Value, line.Text[device.Length..], gap)) Pass(gap);
        LookForProblem(line.Text, line.Number);
    }

    /// <summary>Lines in which the kernel or a driver says that a BAR has no place.</summary>
    public void LookForProblem(string text, int number)
    {
        if (text.Contains("no space", StringComparison.Ordinal) || text.Contains("failed to assign", StringComparison.Ordinal) || text.Contains("BAR0 is 0M", StringComparison.Ordinal))
            Problems.Add(new PciNote(number, $"a BAR has no place: '{PciListingError.Shorten(text)}'"));
    }

    /// <summary>Sizes of BARs stand below the bridges that they are behind: they are known at the end.</summary>
    public void End()
    {
        for (var at = 0; at < Steps.Count; at++) Steps[at] = Steps[at] with { Bytes = _bytes.GetValueOrDefault(Steps[at].Address) };
    }

    /// <summary>A line of a function; false when it says nothing about the scan.</summary>
    private bool Follow(string address, string text, LogGap gap)
    {
        if (Header().Match(text) is { Success: true } header)
        {
            Pass(gap);
            (_address, _isBridge, _isSized, _nextSlot) = (address, header.Groups["type"].Value is "01" or "1", false, 0);
            return true;
        }

        if (address != _address) return false;
        if (Bar().Match(text) is { Success: true } bar)
        {
            var slot = bar.Groups["slot"].Success
                ? int.Parse(bar.Groups["slot"].ValueSpan, CultureInfo.InvariantCulture)
                : (int.Parse(bar.Groups["register"].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) - ConfigRegister.Bar0) / 4;
            return FollowBar(slot, text, gap);
        }

        if (text.StartsWith("ROM [", StringComparison.Ordinal) || text.StartsWith("PCI bridge to", StringComparison.Ordinal))
        {
            Pass(gap);
            return true;
        }

        if (_isBridge && Window().Match(text) is { Success: true } window)
        {
            if (window.Groups["pref"].Success)
            {
                if (BytesOf(window) is { } bytes) _bytes[address] = bytes;
                Note(MapCause.BridgeWindowProbe, 1, gap, isFirst: false);
            }
            else
            {
                Pass(gap);
            }

            return true;
        }

        return false;
    }

    private bool FollowBar(int slot, string text, LogGap gap)
    {
        if (_isSized || slot < _nextSlot || slot >= Slots) return false;
        var range = Range().Match(text);
        var is64 = text.Contains("64bit", StringComparison.Ordinal);
        if (range.Success && BytesOf(range) is { } bytes && !_isBridge) _bytes[_address!] = _bytes.GetValueOrDefault(_address!) + bytes;
        Note(_isBridge ? MapCause.BridgeSizing : MapCause.EndpointSizing, slot - _nextSlot + 1, gap, isFirst: _nextSlot == 0);
        _nextSlot = slot + (is64 ? 2 : 1);
        return true;
    }

    /// <summary>Whatever comes after the last BAR: the slots that are left and the ROM were sized before it.</summary>
    private void Pass(LogGap gap)
    {
        if (_isSized || _address is null)
        {
            if (gap.Seconds >= GuestLog.SlowSeconds) Unexplained.Add(gap);
            return;
        }

        Note(_isBridge ? MapCause.BridgeSizing : MapCause.EndpointSizing, Slots - _nextSlot + 1, gap, isFirst: _nextSlot == 0);
        _isSized = true;
    }

    private void Note(MapCause cause, int toggles, LogGap gap, bool isFirst) => Steps.Add(new LogStep(_address!, cause, toggles, gap, isFirst));

    private static ulong? BytesOf(Match range)
    {
        var (first, last) = (Hex(range.Groups["first"].ValueSpan), Hex(range.Groups["last"].ValueSpan));
        return last >= first ? last - first + 1 : null;
    }

    private static ulong Hex(ReadOnlySpan<char> digits) => ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : 0;

    [GeneratedRegex(@"^pci (?<address>[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]): +")]
    private static partial Regex Device();

    [GeneratedRegex(@"^\[[0-9a-f]{4}:[0-9a-f]{4}\] type (?<type>0?[01]) class ")]
    private static partial Regex Header();

    [GeneratedRegex(@"^(BAR (?<slot>[0-5]) \[|reg 0x(?<register>1[048c]|2[04]): \[)")]
    private static partial Regex Bar();

    [GeneratedRegex(@"^bridge window \[mem 0x(?<first>[0-9a-f]+)-0x(?<last>[0-9a-f]+)(?<pref> 64bit pref| pref)?|^bridge window \[io ")]
    private static partial Regex Window();

    [GeneratedRegex(@"\[mem 0x(?<first>[0-9a-f]+)-0x(?<last>[0-9a-f]+)")]
    private static partial Regex Range();
}
