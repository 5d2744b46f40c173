namespace Fast.Perf.Compare;

/// <summary>Median with minimum and maximum.</summary>
public readonly record struct Spread(double Median, double Min, double Max)
{
    /// <summary>The spread of some values.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(sorted[sorted.Length / 2], sorted[0], sorted[^1]);
    }
}

/// <summary>What was measured of one contender.</summary>
/// <param name="Contender">The contender.</param>
/// <param name="NanosecondsPerUnit">Time of one unit.</param>
/// <param name="FirstOver">The row's first contender divided by this one, round by round.</param>
/// <param name="OverDenominator">This one divided by the row's denominator, round by round; <see langword="null"/> where the row has none.</param>
/// <param name="ManagedBytes">Managed bytes that one run allocated, at most.</param>
public sealed record Measured(Contender Contender, Spread NanosecondsPerUnit, Spread FirstOver, Spread? OverDenominator, long ManagedBytes);

/// <summary>
/// Runs the contenders of a row in turn, round by round, and divides within a round: the machine's load changes from round to round, so only
/// what ran next to each other may be divided.
/// </summary>
public static class Runner
{
    /// <summary>Measures one row.</summary>
    public static IReadOnlyList<Measured> Measure(Row row, int rounds, CancellationToken cancellation)
    {
        var times = row.Contenders.Select(_ => new double[rounds]).ToArray();
        var bytes = new long[row.Contenders.Count];
        var clock = row.Threads ? (Func<double>)WorkClock.Wall : WorkClock.Now;
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < row.Contenders.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var (nanoseconds, allocated) = Time(row.Contenders[i], clock);
                // The first round warms up.
                if (round < 0) continue;
                times[i][round] = nanoseconds;
                bytes[i] = Math.Max(bytes[i], allocated);
            }
        }

        var below = row.Denominator;
        return [.. row.Contenders.Select((contender, i) => new Measured(
            contender,
            Spread.Of(times[i]),
            Spread.Of(times[0].Zip(times[i], Divide)),
            below < 0 ? null : Spread.Of(times[i].Zip(times[below], Divide)),
            bytes[i]))];
    }

    private static double Divide(double above, double below) => above / below;

    private static (double Nanoseconds, long Allocated) Time(Contender contender, Func<double> clock)
    {
        // Work that is over within microseconds is repeated, so that reading the clock does not count.
        var repeats = contender.Restore == null ? Math.Max(1, (int)(200_000 / Math.Max(1, contender.Units))) : 1;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = clock();
        for (var i = 0; i < repeats; i++) _sink += contender.Run();
        var nanoseconds = clock() - started;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        contender.Restore?.Invoke();
        return (nanoseconds / repeats / contender.Units, allocated / repeats);
    }

    private static ulong _sink;
}
