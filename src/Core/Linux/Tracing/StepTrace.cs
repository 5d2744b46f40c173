using System.Globalization;

namespace Fast.Linux;

/// <summary>Writes one line per step of a path, so that somebody who knows the kernel can follow: number, function, what it was given, what came of it.</summary>
/// <param name="writer">Where lines go.</param>
public sealed class StepTrace(TextWriter writer)
{
    /// <summary>Lines so far.</summary>
    public long Lines { get; private set; }

    /// <summary>Writes a line.</summary>
    public void Step(string function, FormattableString what)
    {
        ArgumentNullException.ThrowIfNull(what);
        Lines++;
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Lines} {function} ") + what.ToString(CultureInfo.InvariantCulture));
    }
}
