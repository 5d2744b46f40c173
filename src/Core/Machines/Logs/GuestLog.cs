using System.Collections.Immutable;
using System.Globalization;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Why a text cannot be analysed as a guest's log, or what it says.</summary>
/// <param name="Source">Name of the log.</param>
/// <param name="Steps">Sizing and probing of functions, in the order of the log, those that took no time too.</param>
/// <param name="Unexplained">Slow gaps that no config access of these explains.</param>
/// <param name="Problems">Lines in which the kernel says that a BAR has no place.</param>
/// <param name="Kernel">The guest's kernel, where the log names it.</param>
/// <param name="Error">Why it cannot be used, or <see langword="null"/>.</param>
public sealed record GuestLog(
    string Source,
    ImmutableArray<LogStep> Steps,
    ImmutableArray<LogGap> Unexplained,
    ImmutableArray<PciNote> Problems,
    KernelVersion? Kernel,
    PciListingError? Error)
{
    /// <summary>A gap below this is not looked at: a map event of a large BAR takes longer on any host, and printing takes less.</summary>
    public const double SlowSeconds = 0.1;

    private const string Remedy = "take the output of 'dmesg' in the guest, with its timestamps";

    /// <summary>Reads the text of a log.</summary>
    public static GuestLog Read(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(source);
        if (text.Contains('\0', StringComparison.Ordinal)) return Refuse(new PciListingError(source, 0, "binary data, not the text of a kernel log", Remedy, null));
        var reader = new GuestLogReader();
        var number = 0;
        var timed = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            number++;
            if (!KernelLogLine.TryRead(raw.ToString(), number, out var line))
            {
                // A message of several lines has its time on the first.
                reader.LookForProblem(raw.Trim().ToString(), number);
                continue;
            }

            timed++;
            reader.Add(line);
        }

        if (timed == 0) return Refuse(ForeignText.RefuseAsLog(text, source, Remedy));
        reader.End();
        return new GuestLog(source, [.. reader.Steps], [.. reader.Unexplained], [.. reader.Problems], reader.Kernel, null);
    }

    private static GuestLog Refuse(PciListingError error) => new(error.Source, [], [], [], null, error);
}

/// <summary>Time between two lines.</summary>
/// <param name="Line">The later line, from 1.</param>
/// <param name="Seconds">The time.</param>
/// <param name="Text">The later line.</param>
public sealed record LogGap(int Line, double Seconds, string Text);

/// <summary>Config accesses that switch decode or a window, seen from the lines that Linux prints before and after.</summary>
/// <param name="Address">The function.</param>
/// <param name="Cause">What Linux was at.</param>
/// <param name="Toggles">How often it happened in this gap, if the kernel sizes one BAR at a time.</param>
/// <param name="Gap">The gap.</param>
/// <param name="IsFirst">Nothing of the function was sized before: with batched sizing all of it happens here.</param>
public sealed record LogStep(string Address, MapCause Cause, int Toggles, LogGap Gap, bool IsFirst)
{
    /// <summary>Whether it took longer than printing does.</summary>
    public bool IsSlow => Gap.Seconds >= GuestLog.SlowSeconds;

    /// <summary>Bytes of memory that come and go with it: the function's own BARs, or a bridge's prefetchable window; 0 when the log does not say.</summary>
    public ulong Bytes { get; init; }
}

/// <summary>A line of a kernel log with its time.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Seconds">Seconds since boot, or since the line before when <paramref name="IsRelative"/>.</param>
/// <param name="IsRelative">The time has a plus sign.</param>
/// <param name="Text">What follows the time.</param>
internal readonly record struct KernelLogLine(int Number, double Seconds, bool IsRelative, string Text)
{
    /// <summary>Reads <c>[    3.965790] pci 0000:00:01.0: …</c>; also with what journald or a mail puts before it.</summary>
    public static bool TryRead(string raw, int number, out KernelLogLine line)
    {
        line = default;
        var open = raw.IndexOf('[', StringComparison.Ordinal);
        while (open >= 0)
        {
            var close = raw.IndexOf(']', open);
            if (close < 0) return false;
            var inside = raw.AsSpan(open + 1, close - open - 1).Trim();
            var isRelative = !inside.IsEmpty && inside[0] == '+';
            if (isRelative) inside = inside[1..];
            if (inside.Contains('.') && double.TryParse(inside, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
            {
                line = new KernelLogLine(number, seconds, isRelative, raw[(close + 1)..].Trim());
                return true;
            }

            open = raw.IndexOf('[', close);
        }

        return false;
    }
}
