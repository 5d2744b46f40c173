using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

public class BarCaseTests
{
    private const ulong G1 = 1UL << 30;
    private static readonly BarCaseOptions Plain = new() { Bytes = G1 };

    private static IEnumerable<TestCaseData> Wrong()
    {
        yield return new TestCaseData(Plain with { Bytes = 0 }, "size 0");
        yield return new TestCaseData(Plain with { Bytes = 4097 }, "multiple of 4K");
        yield return new TestCaseData(Plain with { Offset = 5 }, "multiple of 4K");
        yield return new TestCaseData(Plain with { Bytes = (1UL << 47) + 4096 }, "128T");
        yield return new TestCaseData(Plain with { Bytes = 0xFFFF_FFFF_FFFF_F000 }, "128T");
        yield return new TestCaseData(Plain with { Offset = 0xFFFF_FFFF_FFFF_F000 }, "128T");
        yield return new TestCaseData(Plain with { BarBytes = 3 * G1 }, "power of two");
        yield return new TestCaseData(Plain with { BarBytes = 0 }, "power of two");
        yield return new TestCaseData(Plain with { BarBytes = G1 / 2 }, "does not fit in a BAR of 512M");
        yield return new TestCaseData(Plain with { BarBytes = G1, Offset = 4096 }, "does not fit in a BAR of 1G");
        yield return new TestCaseData(Plain with { BarBytes = 1UL << 48 }, "128T");
        yield return new TestCaseData(Plain with { VaSkew = 1 }, "va-skew");
        yield return new TestCaseData(Plain with { IovaSkew = 1 }, "iova-skew");
        yield return new TestCaseData(Plain with { Kernel = new KernelVersion(7, 4) }, "6.1 to 7.3");
        yield return new TestCaseData(Plain with { Patches = VfioPatches.ZeroPinIsError }, "6.12");
        yield return new TestCaseData(Plain with { Kernel = new KernelVersion(6, 12), Patches = VfioPatches.UseMask }, "patch 4");
    }

    [TestCaseSource(nameof(Wrong))]
    public void What_cannot_be_is_refused_in_one_line(BarCaseOptions options, string says)
    {
        Assert.That(BarCase.TryCreate(options, out var barCase, out var error), Is.False);
        Assert.That(barCase, Is.Null);
        Assert.That(error, Does.Contain(says).And.Not.Contain("\n"));
    }

    [TestCase(G1, 0UL, G1)]
    [TestCase(G1, 4096UL, 2 * G1)]
    [TestCase(3 * G1, 0UL, 4 * G1)]
    [TestCase(4096UL, 0UL, 4096UL)]
    public void A_BAR_is_the_next_power_of_two_when_nobody_says_otherwise(ulong bytes, ulong offset, ulong bar) =>
        Assert.That(BarCase.Create(new BarCaseOptions { Bytes = bytes, Offset = offset }).BarBytes, Is.EqualTo(bar));

    [Test]
    public void Cases_are_equal_when_all_that_they_say_is()
    {
        Assert.That(BarCase.Create(Plain), Is.EqualTo(BarCase.Create(Plain with { })));
        Assert.That(BarCase.Create(Plain), Is.EqualTo(BarCase.Create(Plain with { VaSkew = G1 })), "a skew is an offset modulo 1 GiB");
        Assert.That(BarCase.Create(Plain), Is.Not.EqualTo(BarCase.Create(Plain with { Warm = true })));
        Assert.That(BarCase.Create(Plain), Is.Not.EqualTo(BarCase.Create(Plain with { VaSkew = 4096 })));
    }
}
