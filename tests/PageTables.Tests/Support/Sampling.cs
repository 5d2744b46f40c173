using FsCheck;
using FsCheck.Fluent;

namespace Fast.PageTables.Tests;

/// <summary>Properties over seeds: random tables are drawn from a seed, so a failure names the one number that repeats it.</summary>
internal static class Sampling
{
    /// <summary>Runs <paramref name="property"/> for <paramref name="cases"/> seeds; an exception of it is the failure.</summary>
    public static void ForSeeds(int cases, Action<Random> property) =>
        Check.One(
            Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(cases).WithReplay(Replay.Value),
            Prop.ForAll(Gen.Choose(1, int.MaxValue).ToArbitrary(), seed => property(new Random(seed))));

    /// <summary>Runs <paramref name="property"/> for <paramref name="cases"/> values of <paramref name="values"/>, and shrinks what fails.</summary>
    public static void For<T>(int cases, Arbitrary<T> values, Action<T> property) =>
        Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(cases).WithReplay(Replay.Value), Prop.ForAll(values, property));

    public static T Pick<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public static bool OneIn(this Random random, int times) => random.Next(times) == 0;

    public static ulong NextWord(this Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);

    /// <summary>The same seeds in every run: the suite finds the same things everywhere.</summary>
    private static class Replay
    {
        public static Microsoft.FSharp.Core.FSharpOption<FsCheck.Replay> Value { get; } = new(new FsCheck.Replay(new Rnd(20_261_120, 7), Microsoft.FSharp.Core.FSharpOption<int>.None));
    }
}
