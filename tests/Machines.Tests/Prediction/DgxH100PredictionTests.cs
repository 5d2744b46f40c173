using Fast.Machines;

namespace Fast.Tests;

/// <summary>The prediction for the built-in host: four H100, OVMF, a guest from before 6.14, one root port above each GPU.</summary>
public sealed class DgxH100PredictionTests
{
    private Prediction _prediction = null!;

    [OneTimeSetUp]
    public void Predict() =>
        _prediction = SmallHost.PredictAfresh(new PredictionRequest { Devices = BuiltInHosts.Find(BuiltInHosts.Default)!.SelectGpus().Devices });

    /// <summary>The public log shows 104.7 s in 8 of the 11 events (32 of 44); so the whole boot has about 44 x 3.3 s.</summary>
    [Test]
    public void On_6_12_the_whole_boot_is_what_the_public_log_extrapolates_to() =>
        Assert.That(_prediction.Kernels[1].Total.Sum.Contains(44 * 3.315), $"{_prediction.Kernels[1].Total.Sum}");

    [TestCase(0, 158)]
    [TestCase(1, 170)]
    [TestCase(2, 22.7)]
    [TestCase(3, 29.8)]
    public void Each_host_kernel_has_its_seconds(int kernel, double seconds) =>
        Assert.That(_prediction.Kernels[kernel].Total.Sum.Center, Is.EqualTo(seconds).Within(1).Percent);

    [Test]
    public void With_the_mask_nearly_all_that_is_left_is_unmap()
    {
        foreach (var kernel in _prediction.Kernels.Skip(2))
            Assert.That(kernel.Total.Map.Center, Is.LessThan(kernel.Total.Unmap.Center / 1000));
    }

    [Test]
    public void Four_equal_GPUs_are_executed_once()
    {
        Assert.Multiple(() =>
        {
            Assert.That(_prediction.Executed, Is.EqualTo(24));
            Assert.That(_prediction.Repeated, Is.EqualTo((4 * 3 * 11 * 4) - 24));
            Assert.That(_prediction.Kernels[2].Bars.Where(bar => bar.Region.Index == 2).Select(bar => bar.LookupsPerEvent), Is.All.EqualTo(128));
        });
    }

    [Test]
    public void A_new_host_kernel_saves_most_and_all_changes_leave_less_than_a_tenth()
    {
        Assert.Multiple(() =>
        {
            Assert.That(_prediction.Changes.Select(change => change.Id), Is.EqualTo(new[] { "host-kernel", "guest-kernel", "root-bus", "iommufd", "no-mmap", "unmap" }));
            Assert.That(_prediction.Changes[0].SavesSeconds, Is.EqualTo(147).Within(1).Percent);
            Assert.That(_prediction.Together!.After.Sum.Center, Is.LessThan(_prediction.Baseline.Total.Sum.Center / 10));
        });
    }
}
