using Fast.Linux;

namespace Fast.Tests;

public class VfioPatchSetTests
{
    [TestCase("none", VfioPatches.None)]
    [TestCase("all", VfioPatches.All)]
    [TestCase("1..5", VfioPatches.All)]
    [TestCase("1-5", VfioPatches.All)]
    [TestCase("1,4", VfioPatches.ZeroPinIsError | VfioPatches.AddressMask)]
    [TestCase("2..3", VfioPatches.CallersBringBatch | VfioPatches.BatchInside)]
    [TestCase("5,4,3,2", VfioPatches.UseMask | VfioPatches.AddressMask | VfioPatches.BatchInside | VfioPatches.CallersBringBatch)]
    public void Sets_are_read(string text, VfioPatches expected)
    {
        Assert.That(VfioPatchSet.TryParse(text, out var patches, out var error), Is.True, error);
        Assert.That(patches, Is.EqualTo(expected));
        Assert.That(VfioPatchSet.TryParse(VfioPatchSet.Format(patches), out var again, out _), Is.True);
        Assert.That(again, Is.EqualTo(patches));
    }

    [TestCase("5", "patch 4")]
    [TestCase("4,5", "patch 3")]
    [TestCase("3", "patch 2")]
    [TestCase("3,4,5", "patch 2")]
    [TestCase("6", "1 to 5")]
    [TestCase("0", "1 to 5")]
    [TestCase("5..1", "1 to 5")]
    [TestCase("", "1 to 5")]
    [TestCase("1,,2", "1 to 5")]
    [TestCase("mask", "1 to 5")]
    public void A_set_that_is_not_closed_or_not_a_set_is_one_clear_line(string text, string says)
    {
        Assert.That(VfioPatchSet.TryParse(text, out var patches, out var error), Is.False);
        Assert.That(patches, Is.EqualTo(VfioPatches.None));
        Assert.That(error, Does.Contain(says).And.Not.Contain("\n"));
    }

    [TestCase(6, 1)]
    [TestCase(6, 15)]
    [TestCase(7, 3)]
    public void Patches_go_on_top_of_6_12_only(int major, int minor)
    {
        var choice = KernelProfiles.Resolve(new KernelVersion(major, minor));
        Assert.That(VfioPatchSet.TryApply(choice, VfioPatches.ZeroPinIsError, out _, out var error), Is.False);
        Assert.That(error, Does.Contain("6.12"));
        Assert.That(VfioPatchSet.TryApply(choice, VfioPatches.None, out var profile, out _), Is.True);
        Assert.That(profile, Is.SameAs(choice.Profile));
    }

    [Test]
    public void Kernel_6_12_with_all_five_keeps_its_other_behaviour()
    {
        var choice = KernelProfiles.Resolve(new KernelVersion(6, 12));
        Assert.That(VfioPatchSet.TryApply(choice, VfioPatches.All, out var profile, out _), Is.True);
        Assert.That(profile, Is.EqualTo(choice.Profile with { Patches = VfioPatches.All }));
    }
}
