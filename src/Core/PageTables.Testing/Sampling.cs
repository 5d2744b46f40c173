using FsCheck;
using FsCheck.Fluent;

namespace Fast.PageTables.Testing;

/// <summary>Properties over seeds and scripts. What fails is told as the one number or the shortest script that repeats it.</summary>
internal static class Sampling
{
    // The same in every run: the suite finds the same things everywhere.
    private static readonly Microsoft.FSharp.Core.FSharpOption<Replay> Fixed = new(new Replay(new Rnd(20_261_120, 7), Microsoft.FSharp.Core.FSharpOption<int>.None));

    /// <summary>Runs <paramref name="property"/> for <paramref name="cases"/> seeds; an exception of it is the failure.</summary>
    public static void ForSeeds(int cases, Action<Random> property) =>
        For(cases, Gen.Choose(1, int.MaxValue).ToArbitrary(), seed => property(new Random(seed)), seed => $"seed {seed}");

    /// <summary>Runs <paramref name="property"/> for <paramref name="cases"/> scripts, and shrinks what fails.</summary>
    public static void ForScripts<TStep>(int cases, Arbitrary<TStep[]> scripts, Action<TStep[]> property) =>
        For(cases, scripts, property, script => $"the shortest script that fails:\n  {string.Join("\n  ", script)}");

    public static T Pick<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public static bool OneIn(this Random random, int times) => random.Next(times) == 0;

    public static ulong NextWord(this Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);

    private static void For<T>(int cases, Arbitrary<T> values, Action<T> property, Func<T, string> describe)
    {
        // FsCheck goes on from whatever fails to something smaller, so the last that failed is the smallest.
        (T Value, Exception Why)? smallest = null;
        try
        {
            Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(cases).WithReplay(Fixed), Prop.ForAll(values, one =>
            {
                try
                {
                    property(one);
                }
                catch (Exception why)
                {
                    smallest = (one, why);
                    throw;
                }
            }));
        }
        catch (Exception) when (smallest != null)
        {
            var (value, failure) = smallest.Value;
            throw new FormatCheckException($"{(failure is FormatCheckException ? "" : failure.GetType().Name + ": ")}{failure.Message}\n{describe(value)}", failure);
        }
    }
}
