namespace Fast.Machines;

/// <summary>A time with the bounds between which it is believed to lie. Bounds add up: the same factor is wrong everywhere at once.</summary>
/// <param name="Center">Best guess, in seconds.</param>
/// <param name="Low">Lower bound, in seconds.</param>
/// <param name="High">Upper bound, in seconds.</param>
public readonly record struct Seconds(double Center, double Low, double High)
{
    /// <summary>No time.</summary>
    public static Seconds Zero => default;

    /// <summary>A time that may be wrong by the factor <paramref name="band"/> either way.</summary>
    public static Seconds Within(double center, double band) => new(center, center / band, center * band);

    /// <summary>One after the other.</summary>
    public static Seconds operator +(Seconds left, Seconds right) => new(left.Center + right.Center, left.Low + right.Low, left.High + right.High);

    /// <summary><paramref name="times"/> times one after the other.</summary>
    public static Seconds operator *(Seconds one, ulong times) => new(one.Center * times, one.Low * times, one.High * times);

    /// <summary>Whether a measured time lies inside.</summary>
    public bool Contains(double seconds) => seconds >= Low && seconds <= High;

    /// <summary><c>3.38 s (2.7 to 4.22)</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Center:G3} s ({Low:G3} to {High:G3})");
}
