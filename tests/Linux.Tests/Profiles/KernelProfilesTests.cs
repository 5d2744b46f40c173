using Fast.Linux;

namespace Fast.Tests;

public class KernelProfilesTests
{
    [TestCase("6.1", "6.1", Confidence.Measured)]
    [TestCase("6.1.192", "6.1", Confidence.Measured)]
    [TestCase("6.6", "6.1", Confidence.Interpolated)]
    [TestCase("6.11", "6.1", Confidence.Interpolated)]
    [TestCase("6.12", "6.12", Confidence.Measured)]
    [TestCase("6.14", "6.12", Confidence.Interpolated)]
    [TestCase("6.15", "6.15", Confidence.Read)]
    [TestCase("6.16", "6.15", Confidence.Measured)]
    [TestCase("6.18", "6.15", Confidence.Interpolated)]
    [TestCase("6.19", "6.15", Confidence.Interpolated)]
    [TestCase("7.0", "7.3", Confidence.Interpolated)]
    [TestCase("7.1", "7.3", Confidence.Interpolated)]
    [TestCase("7.2", "7.3", Confidence.Measured)]
    [TestCase("7.3", "7.3", Confidence.Read)]
    public void Every_release_has_the_profile_in_force(string release, string profile, Confidence confidence)
    {
        Assert.That(KernelVersion.TryParse(release, out var version, out _), Is.True);
        var choice = KernelProfiles.Resolve(version);
        Assert.Multiple(() =>
        {
            Assert.That(choice.Profile.Name, Is.EqualTo(profile));
            Assert.That(choice.Confidence, Is.EqualTo(confidence));
            Assert.That(choice.Reason, Is.Not.Empty);
        });
    }

    [Test]
    public void Kernels_6_10_and_6_11_fill_the_area_page_by_page()
    {
        Assert.That(KernelProfiles.Resolve(new KernelVersion(6, 9)).Profile.BarFault, Is.EqualTo(BarFault.RemapWholeArea));
        Assert.That(KernelProfiles.Resolve(new KernelVersion(6, 10)).Profile.BarFault, Is.EqualTo(BarFault.InsertWholeArea));
    }

    [TestCase(6, 0)]
    [TestCase(5, 15)]
    [TestCase(6, 20)]
    [TestCase(7, 4)]
    [TestCase(8, 0)]
    public void Other_releases_are_refused_with_what_is_accepted(int major, int minor)
    {
        Assert.That(KernelProfiles.TryResolve(new KernelVersion(major, minor), out _, out var error), Is.False);
        Assert.That(error, Does.Contain("6.1").And.Contain("7.3"));
    }

    [Test]
    public void Cost_figures_come_from_the_kernels_that_were_measured() =>
        Assert.That(KernelProfiles.All.Select(profile => profile.CostKernel), Is.EqualTo(new[] { "6.1", "6.12", "6.16", "7.2" }));
}
