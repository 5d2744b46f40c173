using Fast.Linux;

namespace Fast.Tests;

public class KernelVersionTests
{
    [TestCase("6.12", 6, 12, 0)]
    [TestCase("6.12.107", 6, 12, 107)]
    [TestCase("v6.14", 6, 14, 0)]
    [TestCase(" 7.3 ", 7, 3, 0)]
    [TestCase("6.8.0-45-generic", 6, 8, 0)]
    [TestCase("6.12.107+deb13-amd64", 6, 12, 107)]
    public void Versions_are_read_as_people_write_them(string text, int major, int minor, int patch)
    {
        Assert.That(KernelVersion.TryParse(text, out var version, out var error), Is.True, error);
        Assert.That(version, Is.EqualTo(new KernelVersion(major, minor, patch)));
    }

    [TestCase("")]
    [TestCase("6")]
    [TestCase("6.")]
    [TestCase("6.x")]
    [TestCase("6.12.1.2")]
    [TestCase("-6.12")]
    [TestCase("linux")]
    [TestCase("6.12rc1")]
    [TestCase("99999999999.1")]
    public void Junk_is_one_line_that_says_what_would_be_right(string text)
    {
        Assert.That(KernelVersion.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.Contain("6.12").And.Not.Contain("\n"));
    }

    [Test]
    public void Versions_order_by_number_not_by_text() => Assert.That(new KernelVersion(6, 9), Is.LessThan(new KernelVersion(6, 12)));
}
