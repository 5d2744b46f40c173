using System.Diagnostics;
using System.Globalization;

namespace Fast.PageTables.Testing;

/// <summary>
/// What emitted code costs, beside the plain way to do the same. Both run in turn, round by round, and are divided within a round, so the ratio says something on a busy
/// machine too; the nanoseconds only on a quiet one. Run it in a release build.
/// </summary>
public static class FormatBenchmarks
{
    private static readonly Type[] Works = [typeof(WalkWork<>), typeof(RunWork<>), typeof(MapWork<>)];

    // Keeps what is measured from being optimised away.
    private static ulong _sink;

    /// <summary>Measures every operation that the format has.</summary>
    /// <param name="rounds">Rounds that count; the median of them is told. A first one warms up.</param>
    /// <exception cref="FormatCheckException">The format decodes entries by code of its own, so there is no plain way to do the same.</exception>
    public static IReadOnlyList<FormatTime> Run<TFormat>(int rounds = 15)
        where TFormat : struct, IWalkFormat
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        if (TFormat.Facts.IsHatched) throw new FormatCheckException($"{TFormat.Facts.Name} decodes entries by code of its own: there is no plain walker to compare it with");
        return
        [
            .. Works.Where(Operation.IsOf<TFormat>)
                .Select(work => (IFormatWork)Activator.CreateInstance(work.MakeGenericType(typeof(TFormat)))!)
                .SelectMany(work => work.All.Select(row => Measure(row, rounds))),
        ];
    }

    /// <summary>Measures every operation and writes one line for each.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="rounds">Rounds that count.</param>
    public static void Print<TFormat>(TextWriter output, int rounds = 15)
        where TFormat : struct, IWalkFormat
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine($"{TFormat.Facts.Name}, ns per page");
        foreach (var time in Run<TFormat>(rounds)) output.WriteLine(time);
    }

    private static FormatTime Measure(FormatWork work, int rounds)
    {
        var (emitted, plain, ratio) = (new double[rounds], new double[rounds], new double[rounds]);
        for (var round = -1; round < rounds; round++)
        {
            var (ours, theirs) = (Time(work.Emitted, work), Time(work.Plain, work));
            if (round < 0) continue;
            (emitted[round], plain[round], ratio[round]) = (ours, theirs, ours / theirs);
        }

        return new FormatTime(work.Name, work.Against, Median(emitted), Median(plain), Median(ratio));
    }

    private static double Time(Func<ulong> run, FormatWork work)
    {
        // Work that is over within microseconds is repeated, so that reading the clock does not count.
        var repeats = Math.Max(1, 20_000 / work.Pages);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++) _sink += run();
        var nanoseconds = Stopwatch.GetElapsedTime(started).TotalNanoseconds;
        return nanoseconds / repeats / work.Pages;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}

/// <summary>What one operation of a format costs.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Against">The plain way to do the same.</param>
/// <param name="Nanoseconds">Of emitted code, for one page.</param>
/// <param name="PlainNanoseconds">Of the plain way, for one page.</param>
/// <param name="Ratio">Emitted code divided by the plain way, round by round.</param>
public sealed record FormatTime(string Operation, string Against, double Nanoseconds, double PlainNanoseconds, double Ratio)
{
    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"  {Operation,-34} {Nanoseconds,8:0.00}   {Against,-22} {PlainNanoseconds,8:0.00}   ratio {Ratio:0.000}");
}
