using Fast.Machines;

namespace Fast.Tests;

/// <summary>Public timings, against the model's bands. Their sources are in Data/calibration-points.csv.</summary>
public sealed class PublicTimingTests
{
    private const ulong PagesOf128G = 33_554_432;

    /// <summary>Timings of one map of a BAR through type1, 4 KiB at a time; that of 2018 is compared with the oldest kernel that was counted.</summary>
    [TestCase("aw-32g-before", "6.12", 32)]
    [TestCase("cai-16g-before", "6.1", 16)]
    public void One_map_takes_what_was_timed(string point, string kernel, int gib) =>
        Assert.That(CountedInstructionTests.Map(kernel, gib, CountedInstructionTests.Choice(kernel).Profile.Name == "6.1" ? 0 : 2, cold: false).Seconds.Contains(TimedSeconds(point)));

    [TestCase("6.16")]
    [TestCase("7.3")]
    public void Mapping_32_GiB_with_the_series_takes_less_than_a_millisecond(string kernel) =>
        Assert.That(CountedInstructionTests.Map(kernel, 32, 2, cold: true).Seconds.High, Is.LessThan(0.001));

    [TestCase("dgx-h100-toggle-first")]
    [TestCase("dgx-h100-toggle-dev")]
    [TestCase("dgx-h100-toggle-mean")]
    public void One_unmap_and_map_of_128_GiB_on_6_12_takes_what_the_DGX_log_shows(string point)
    {
        var map = CountedInstructionTests.Map("6.12", 128, 2, cold: true).Seconds;
        var unmap = CountedInstructionTests.Model.PriceUnmap(CountedInstructionTests.Choice("6.12"), PagesOf128G).Seconds;
        Assert.That((map + unmap).Contains(TimedSeconds(point)), $"{map + unmap}");
    }

    [Test]
    public void Four_GPUs_with_nine_events_of_the_guest_kernel_take_the_two_minutes_of_the_DGX_thread()
    {
        var map = CountedInstructionTests.Map("6.12", 128, 2, cold: true).Seconds;
        var unmap = CountedInstructionTests.Model.PriceUnmap(CountedInstructionTests.Choice("6.12"), PagesOf128G).Seconds;
        Assert.That(((map + unmap) * 36).Contains(120), $"{(map + unmap) * 36}");
    }

    [Test]
    public void Bands_are_factors_and_add_up()
    {
        var one = Seconds.Within(2, 1.25);
        Assert.Multiple(() =>
        {
            Assert.That(one, Is.EqualTo(new Seconds(2, 1.6, 2.5)));
            Assert.That(one + one, Is.EqualTo(new Seconds(4, 3.2, 5)));
            Assert.That(one * 3, Is.EqualTo(new Seconds(6, 1.6 * 3, 7.5)));
            Assert.That(one.ToString(), Is.EqualTo("2 s (1.6 to 2.5)"));
        });
    }

    private static double TimedSeconds(string point)
    {
        var row = TestData.Read("calibration-points.csv").Split('\n').Single(line => line.StartsWith(point + ",", StringComparison.Ordinal));
        var match = System.Text.RegularExpressions.Regex.Match(row, @",4K lookups,([0-9.]+),");
        return double.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }
}
