using Fast.Machines.Xen;
using Fast.PageTables;

namespace Fast.Tests.Xen;

/// <summary>Machines for tests.</summary>
internal static class XenRig
{
    public const ulong K4 = 4096;
    public const ulong M2 = 2UL << 20;
    public const ulong G1 = 1UL << 30;

    /// <summary>Large enough for 1 GiB leaves, small enough for a second.</summary>
    public static XenSettings Middle { get; } = new()
    {
        Dom0Bytes = 8 * G1,
        GuestBytes = 4 * G1,
        HeapBytes = 2 * G1,
        BarBytes = 4 * G1,
        HostmemBytes = 4 * G1,
        PoolBytes = 2 * G1,
        RegionBytes = G1,
        Buffers = 16,
        LifetimeSeconds = 20,
        Seconds = 60,
    };

    /// <summary>So small that everything can be looked at after every step.</summary>
    public static XenSettings Small { get; } = new()
    {
        Dom0Bytes = 32 * M2,
        GuestBytes = 16 * M2,
        HeapBytes = 4 * M2,
        BarBytes = 16 * M2,
        HostmemBytes = 32 * M2,
        PoolBytes = 8 * M2,
        RegionBytes = 4 * M2,
        ScatterBytes = 4 * K4,
        Vcpus = 2,
        Buffers = 1,
        TouchesPerSecond = 0,
        MigrationsPerSecond = 0,
        HoldsShare = 0.3,
        BudgetMilliseconds = 1,
    };

    /// <summary>Every strategy on every dom0 that it fits.</summary>
    public static IEnumerable<(string Strategy, Dom0Mode Dom0)> Pairs =>
        from strategy in Strategy.All
        from dom0 in Enum.GetValues<Dom0Mode>()
        where BlobMachine.ProblemOf(new XenSettings { Dom0 = dom0 }, strategy) is null
        select (strategy.Id, dom0);

    public static IEnumerable<TestCaseData> PairCases => Pairs.Select(pair => new TestCaseData(pair.Strategy, pair.Dom0));

    public static BlobMachine Machine(XenSettings settings, string strategy) => new(settings, Strategy.Find(strategy)!, XenCosts.Default);

    public static XenRunResult Run(XenSettings settings, string strategy)
    {
        using var machine = Machine(settings, strategy);
        var result = machine.Run();
        Assert.That(result.Violations, Is.Empty);
        return result;
    }

    public static TranslationTable<TFormat> Table<TFormat>()
        where TFormat : struct, IRunFormat, IProtectFormat, ISplitFormat => new(256UL << 20);
}
