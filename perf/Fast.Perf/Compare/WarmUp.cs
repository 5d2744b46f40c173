using System.Diagnostics;
using System.Runtime;

namespace Fast.Perf.Compare;

/// <summary>
/// Runs the contenders of a row until the tiered JIT leaves them alone. A method is compiled again after thirty calls, but those are counted only once nothing new was
/// compiled for 100 ms (ten times that with one processor), and behind it other methods begin to count: rounds alone say nothing, and neither does time.
/// </summary>
public static class WarmUp
{
    /// <summary>Rounds without a compilation after which a row counts as warm: more than the calls that make the JIT compile a method again.</summary>
    public const int QuietRounds = 40;

    /// <summary>The same in time: more than the JIT waits.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(Environment.ProcessorCount > 1 ? 400 : 2500);

    // Something else in the process compiles all the time: measured all the same.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Input addresses that a row is warmed up with: the code is the same, and rounds are short.</summary>
    public const ulong Bytes = 4UL << 30;

    /// <summary>Runs the row until no method was compiled for a while.</summary>
    /// <returns>Rounds that it took.</returns>
    public static int Run(Row row, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        return Run(row, static () => JitInfo.GetCompiledMethodCount(), () => watch.Elapsed, cancellation);
    }

    /// <summary>The same with a counter and a clock of the caller's.</summary>
    public static int Run(Row row, Func<long> compiled, Func<TimeSpan> now, CancellationToken cancellation)
    {
        var (rounds, quiet, seen, since) = (0, 0, compiled(), now());
        while ((quiet < QuietRounds || now() - since < QuietTime) && now() < Longest)
        {
            foreach (var contender in row.Contenders)
            {
                cancellation.ThrowIfCancellationRequested();
                contender.Run();
                contender.Restore?.Invoke();
            }

            rounds++;
            quiet++;
            if (compiled() is var count && count != seen) (quiet, seen, since) = (0, count, now());
        }

        return rounds;
    }
}
