using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>What can be changed, and what each change saves.</summary>
public sealed class PossibleChangesTests
{
    private static readonly KernelVersion Host612 = new(6, 12);
    private static readonly KernelVersion Host616 = new(6, 16);
    private static readonly PredictionRequest One = new() { Devices = SmallHost.Gpus(1) };

    [Test]
    public void An_old_host_and_an_old_guest_can_both_be_renewed_and_the_host_saves_more()
    {
        var prediction = SmallHost.Predict(One);
        Assert.Multiple(() =>
        {
            Assert.That(prediction.Baseline.Kernel.Version, Is.EqualTo(Host612));
            Assert.That(Ids(prediction), Is.EqualTo(new[] { "host-kernel", "guest-kernel", "unmap" }));
            Assert.That(prediction.Together!.SavesSeconds, Is.GreaterThan(prediction.Changes[0].SavesSeconds));
        });
    }

    [Test]
    public void Each_saving_is_the_difference_of_two_predictions()
    {
        var before = SmallHost.Predict(One);
        var host = SmallHost.Predict(One with { HostKernels = [Host616] }).Baseline.Total.Sum.Center;
        var guest = SmallHost.Predict(One with { GuestKernel = new KernelVersion(6, 14) }).Baseline.Total.Sum.Center;
        var both = SmallHost.Predict(One with { HostKernels = [Host616], GuestKernel = new KernelVersion(6, 14) }).Baseline.Total.Sum.Center;
        var start = before.Baseline.Total.Sum.Center;
        Assert.Multiple(() =>
        {
            Assert.That(Saving(before, "host-kernel"), Is.EqualTo(start - host).Within(1e-9));
            Assert.That(Saving(before, "guest-kernel"), Is.EqualTo(start - guest).Within(1e-9));
            Assert.That(before.Together!.SavesSeconds, Is.EqualTo(start - both).Within(1e-9));
        });
    }

    [Test]
    public void Changes_are_ranked_by_what_they_save()
    {
        foreach (var thp in Enum.GetValues<ThpPolicy>())
        {
            foreach (var skew in new ulong[] { 0, 4096, 2 << 20 })
            {
                var savings = SmallHost.Predict(One with { Thp = thp, VaSkew = skew, HostKernels = [Host612] }).Changes.Where(change => !change.IsAlternative).Select(change => change.SavesSeconds).ToArray();
                Assert.That(savings, Is.Ordered.Descending);
                Assert.That(savings[^1], Is.Zero);
            }
        }
    }

    [Test]
    public void A_new_host_with_a_new_guest_has_only_the_unmap_left_that_nothing_changes()
    {
        var prediction = SmallHost.Predict(One with { HostKernels = [new KernelVersion(7, 3)], GuestKernel = new KernelVersion(6, 14) });
        Assert.Multiple(() =>
        {
            Assert.That(Ids(prediction), Is.EqualTo(new[] { "unmap" }));
            Assert.That(prediction.Changes[^1].Text, Does.Contain("nothing to change within type1 today").And.Contain("VT-d"));
            Assert.That(prediction.Changes[^1].After, Is.EqualTo(prediction.Baseline.Total));
            Assert.That(prediction.Together, Is.Null);
        });
    }

    [Test]
    public void The_THP_policy_is_named_where_it_decides_and_only_there()
    {
        PredictionRequest Never(int major, int minor) => One with { Thp = ThpPolicy.Never, HostKernels = [new KernelVersion(major, minor)], GuestKernel = new KernelVersion(6, 14) };
        Assert.Multiple(() =>
        {
            Assert.That(Ids(SmallHost.Predict(Never(6, 1))), Is.EqualTo(new[] { "host-kernel", "unmap" }));
            Assert.That(Ids(SmallHost.Predict(Never(6, 12))), Is.EqualTo(new[] { "host-kernel", "thp", "unmap" }));
            Assert.That(Ids(SmallHost.Predict(Never(6, 16))), Is.EqualTo(new[] { "thp", "host-kernel", "unmap" }));
            Assert.That(Ids(SmallHost.Predict(Never(7, 3))), Is.EqualTo(new[] { "unmap" }));
        });
    }

    [Test]
    public void With_THP_off_only_a_host_without_the_gate_helps()
    {
        var prediction = SmallHost.Predict(One with { Thp = ThpPolicy.Never, HostKernels = [Host612, Host616, new KernelVersion(7, 3)] });
        Assert.Multiple(() =>
        {
            Assert.That(prediction.Kernels[1].Bars[1].CpuLeaves[0], Is.EqualTo(1 << 20));
            Assert.That(prediction.Kernels[2].Bars[1].CpuLeaves[2], Is.EqualTo(4));
            Assert.That(prediction.Changes[0].Text, Does.Contain("7.2 or newer"));
        });
    }

    [Test]
    public void A_VMM_that_does_not_align_is_told_to()
    {
        var prediction = SmallHost.Predict(One with { VaSkew = 4096, HostKernels = [Host616] });
        var aligned = SmallHost.Predict(One with { HostKernels = [Host616] }).Baseline.Total.Sum.Center;
        Assert.Multiple(() =>
        {
            Assert.That(prediction.Changes[0].Id, Is.EqualTo("align-mmap"));
            Assert.That(prediction.Changes[0].After.Sum.Center, Is.EqualTo(aligned).Within(1e-9));
            Assert.That(prediction.Kernels[0].Bars[1].CpuLeaves[0], Is.EqualTo(1 << 20));
        });
    }

    [Test]
    public void Changes_are_compared_with_the_kernel_that_is_named()
    {
        var prediction = SmallHost.Predict(One with { Baseline = new KernelVersion(6, 1) });
        Assert.That(prediction.Baseline.Kernel.Version, Is.EqualTo(new KernelVersion(6, 1)));
    }

    [Test]
    public void Without_6_12_the_first_kernel_is_the_one_to_compare_with() =>
        Assert.That((One with { HostKernels = [Host616, new KernelVersion(7, 3)] }).EffectiveBaseline, Is.EqualTo(Host616));

    [Test]
    public void Attaching_to_the_root_bus_saves_the_events_of_the_bridge_and_is_not_added_to_the_rest()
    {
        var prediction = SmallHost.Predict(One with { HostKernels = [Host616], GuestKernel = new KernelVersion(6, 14) });
        var onRootBus = SmallHost.Predict(One with { HostKernels = [Host616], GuestKernel = new KernelVersion(6, 14), BridgesAbove = 0 });
        Assert.Multiple(() =>
        {
            Assert.That(Saving(prediction, "root-bus"), Is.EqualTo(prediction.Baseline.Total.Sum.Center - onRootBus.Baseline.Total.Sum.Center).Within(1e-9));
            Assert.That(Saving(prediction, "root-bus"), Is.Positive);
            Assert.That(prediction.Together, Is.Null);
        });
    }

    /// <summary>THP 'never' and an unaligned mmap each keep huge leaves away: neither cure saves anything alone.</summary>
    [Test]
    public void Cures_that_help_only_together_are_found()
    {
        var prediction = SmallHost.Predict(One with { Devices = SmallHost.Gpu("1G"), Thp = ThpPolicy.Never, VaSkew = 4096, HostKernels = [Host616], GuestKernel = new KernelVersion(6, 14) });
        var cured = SmallHost.Predict(One with { Devices = SmallHost.Gpu("1G"), HostKernels = [Host616], GuestKernel = new KernelVersion(6, 14) }).Baseline.Total;
        Assert.Multiple(() =>
        {
            Assert.That(prediction.Together!.Text, Is.EqualTo("together: thp + align-mmap"));
            Assert.That(prediction.Together.After, Is.EqualTo(cured));
            foreach (var id in new[] { "thp", "align-mmap" })
            {
                var change = prediction.Changes.Single(each => each.Id == id);
                Assert.That((change.SavesSeconds, change.Text.EndsWith("(only together with the others)", StringComparison.Ordinal)), Is.EqualTo((0d, true)), id);
            }
        });
    }

    [Test]
    public void Alternatives_stand_behind_and_are_part_of_nothing()
    {
        var prediction = SmallHost.Predict(One);
        var alternatives = prediction.Changes.Where(change => change.IsAlternative).Select(change => change.Id).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(alternatives, Is.EqualTo(new[] { "root-bus", "iommufd", "no-mmap" }));
            Assert.That(prediction.Together!.Text, Is.EqualTo("together: host-kernel + guest-kernel"));
            Assert.That(prediction.Changes.Single(change => change.Id == "no-mmap").After.Sum.Center, Is.Zero);
            Assert.That(prediction.Changes.Single(change => change.Id == "iommufd").After.Sum.Center, Is.LessThan(0.001).And.Positive);
        });
    }

    private static string[] Ids(Prediction prediction) => [.. prediction.Changes.Where(change => !change.IsAlternative).Select(change => change.Id)];

    private static double Saving(Prediction prediction, string id) => prediction.Changes.Single(change => change.Id == id).SavesSeconds;
}
