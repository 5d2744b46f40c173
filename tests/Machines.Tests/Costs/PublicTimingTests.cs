namespace Fast.Machines.Tests;

/// <summary>Public timings, against the model's bands. Their sources are in Data/calibration-points.csv.</summary>
public sealed class PublicTimingTests
{
    private const ulong PagesOf128G = 33_554_432;

    [TestCase("6.12", 1.0, TestName = "32 GB before the series: about 1 s")]
    public void Mapping_32_GiB_once_takes_what_was_timed(string kernel, double seconds) =>
        Assert.That(CountedInstructionTests.Map(kernel, 32, 2, cold: false).Seconds.Contains(seconds));

    [TestCase("6.16")]
    [TestCase("7.3")]
    public void Mapping_32_GiB_with_the_series_takes_less_than_a_millisecond(string kernel) =>
        Assert.That(CountedInstructionTests.Map(kernel, 32, 2, cold: true).Seconds.High, Is.LessThan(0.001));

    [TestCase(3.2)]
    [TestCase(3.24)]
    [TestCase(3.315)]
    [TestCase(3.5)]
    [TestCase(3.555)]
    public void One_unmap_and_map_of_128_GiB_on_6_12_takes_what_the_DGX_log_shows(double seconds)
    {
        var map = CountedInstructionTests.Map("6.12", 128, 2, cold: true).Seconds;
        var unmap = CountedInstructionTests.Model.PriceUnmap(CountedInstructionTests.Choice("6.12"), PagesOf128G).Seconds;
        Assert.That((map + unmap).Contains(seconds), $"{map + unmap}");
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
}
