using System.Globalization;

namespace Fast.Linux;

/// <summary>A Linux version: <c>6.12</c> or, with a stable update, <c>6.12.107</c>.</summary>
/// <param name="Major">First number.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Patch">Stable update; 0 when not given. No profile depends on it: the changes modelled here were not backported.</param>
public readonly record struct KernelVersion(int Major, int Minor, int Patch = 0) : IComparable<KernelVersion>
{
    /// <summary>
    /// Reads <c>6.12</c>, <c>v6.14</c>, <c>6.12.107</c> and what <c>uname -r</c> prints, such as <c>6.8.0-45-generic</c>.
    /// </summary>
    /// <param name="text">What was written.</param>
    /// <param name="version">The version.</param>
    /// <param name="error">What is wrong with it and what would be right, or <see langword="null"/>.</param>
    public static bool TryParse(string text, out KernelVersion version, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        version = default;
        var number = text.AsSpan().Trim();
        if (number.Length > 0 && number[0] is 'v' or 'V') number = number[1..];
        var suffix = number.IndexOfAny('-', '+');
        if (suffix > 0) number = number[..suffix];

        Span<int> parts = stackalloc int[3];
        var count = 0;
        foreach (var range in number.Split('.'))
        {
            if (count == parts.Length || !int.TryParse(number[range], NumberStyles.None, CultureInfo.InvariantCulture, out parts[count]))
            {
                count = 0;
                break;
            }

            count++;
        }

        if (count < 2)
        {
            error = $"'{text}' is not a kernel version; write for example 6.12 or 6.12.107";
            return false;
        }

        version = new KernelVersion(parts[0], parts[1], parts[2]);
        error = null;
        return true;
    }

    /// <summary>Whether both name the same release, whatever the stable update.</summary>
    public bool IsSameRelease(KernelVersion other) => Major == other.Major && Minor == other.Minor;

    /// <inheritdoc/>
    public int CompareTo(KernelVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <summary>Orders by age.</summary>
    public static bool operator <(KernelVersion left, KernelVersion right) => left.CompareTo(right) < 0;

    /// <summary>Orders by age.</summary>
    public static bool operator >(KernelVersion left, KernelVersion right) => left.CompareTo(right) > 0;

    /// <summary>Orders by age.</summary>
    public static bool operator <=(KernelVersion left, KernelVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by age.</summary>
    public static bool operator >=(KernelVersion left, KernelVersion right) => left.CompareTo(right) >= 0;

    /// <summary><c>6.12</c> or <c>6.12.107</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}") + (Patch == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $".{Patch}"));
}
