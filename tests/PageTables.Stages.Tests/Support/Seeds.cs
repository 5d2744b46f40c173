namespace Fast.PageTables.Stages.Tests;

/// <summary>Properties over seeds: a failure names the one number that repeats it.</summary>
internal static class Seeds
{
    public static void Each(int cases, Action<Random> property)
    {
        for (var seed = 1; seed <= cases; seed++)
        {
            try
            {
                property(new Random(seed));
            }
            catch (Exception failure) when (failure is not AssertionException)
            {
                Assert.Fail($"seed {seed}: {failure}");
            }
        }
    }

    public static ulong Word(this Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);

    public static bool OneIn(this Random random, int times) => random.Next(times) == 0;

    public static T Pick<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
