using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

public class BarCaseCacheTests
{
    private static readonly BarCaseOptions Plain = new() { Bytes = 4UL << 20 };

    [Test]
    public void Equal_cases_are_executed_once()
    {
        var cache = new BarCaseCache();
        var first = cache.Run(BarCase.Create(Plain));
        for (var i = 0; i < 31; i++) Assert.That(cache.Run(BarCase.Create(Plain)), Is.SameAs(first));
        Assert.That((cache.Executed, cache.Repeated), Is.EqualTo((1, 31)));
    }

    [Test]
    public void Releases_with_one_profile_are_one_case_and_everything_else_is_another()
    {
        var cache = new BarCaseCache();
        cache.Run(BarCase.Create(Plain));
        cache.Run(BarCase.Create(Plain with { Kernel = new KernelVersion(7, 2) }));
        Assert.That((cache.Executed, cache.Repeated), Is.EqualTo((1, 1)));
        cache.Run(BarCase.Create(Plain with { Kernel = new KernelVersion(6, 12) }));
        cache.Run(BarCase.Create(Plain with { Kernel = new KernelVersion(6, 12), Patches = VfioPatches.All }));
        cache.Run(BarCase.Create(Plain with { Path = MapPath.Fast }));
        cache.Run(BarCase.Create(Plain with { Warm = true }));
        cache.Run(BarCase.Create(Plain with { Thp = ThpPolicy.Never }));
        cache.Run(BarCase.Create(Plain with { BarBytes = 8UL << 20 }));
        cache.Run(BarCase.Create(Plain with { IovaSkew = 4096 }));
        Assert.That((cache.Executed, cache.Repeated), Is.EqualTo((8, 1)));
    }
}
