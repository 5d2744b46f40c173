using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tests;

/// <summary>What the host's IOMMU does to a prediction.</summary>
public sealed class IommuPredictionTests
{
    private static readonly PredictionRequest Vtd = new() { Devices = SmallHost.Gpus(1), GuestKernel = new KernelVersion(6, 14) };
    private static readonly PredictionRequest Amd = Vtd with { Iommu = IommuKinds.AmdV1 };

    [Test]
    public void On_AMD_the_newest_kernel_unmaps_as_dearly_as_on_VT_d_and_older_ones_do_not()
    {
        var (amd, vtd) = (SmallHost.Predict(Amd), SmallHost.Predict(Vtd));
        Assert.Multiple(() =>
        {
            Assert.That(amd.Kernels[..3].Select(kernel => kernel.Total.Unmap.High), Is.All.LessThan(1e-3));
            Assert.That(amd.Kernels[3].Total.Unmap, Is.EqualTo(vtd.Kernels[3].Total.Unmap));
            Assert.That(amd.Kernels[2].Total.Sum.Center, Is.LessThan(amd.Kernels[3].Total.Sum.Center / 100));
            Assert.That(amd.Kernels[2].Bars[1].IommuLeaves.ToString(), Is.EqualTo("1 x 4G"));
            Assert.That(amd.Kernels[2].Bars[1].IovaToPhys, Is.EqualTo(amd.Kernels[2].Bars[1].UnmapEvents));
        });
    }

    [Test]
    public void A_host_that_unmaps_by_entry_is_told_what_newer_kernels_would_cost_it()
    {
        var prediction = SmallHost.Predict(Amd);
        var advice = prediction.Changes[^1];
        var newest = SmallHost.Predict(Amd with { HostKernels = [new KernelVersion(7, 2)] }).Baseline.Total;
        Assert.Multiple(() =>
        {
            Assert.That(advice.Id, Is.EqualTo("unmap"));
            Assert.That(advice.Text, Does.Contain("AMD IOMMU v1").And.Contain("7.0 and newer").And.Not.Contain("VT-d"));
            Assert.That((advice.SavesSeconds, advice.After), Is.EqualTo((0d, newest)));
        });
    }

    [Test]
    public void A_host_that_no_longer_unmaps_by_entry_is_told_which_kernel_does()
    {
        var prediction = SmallHost.Predict(Amd with { HostKernels = [new KernelVersion(7, 3)] });
        var older = SmallHost.Predict(Amd with { HostKernels = [new KernelVersion(6, 16)] }).Baseline.Total;
        Assert.Multiple(() =>
        {
            Assert.That(prediction.Changes.Where(change => !change.IsAlternative).Select(change => change.Id), Is.EqualTo(new[] { "host-kernel", "unmap" }));
            Assert.That(prediction.Changes[0].Text, Does.Contain("from 6.15 on and before 7.0").And.Contain("entry by entry"));
            Assert.That(prediction.Changes[0].After, Is.EqualTo(older));
        });
    }

    [Test]
    public void Both_changes_of_a_new_host_with_an_old_guest_go_together()
    {
        var request = Amd with { HostKernels = [new KernelVersion(7, 3)], GuestKernel = new KernelVersion(6, 12) };
        var both = SmallHost.Predict(request with { HostKernels = [new KernelVersion(6, 16)], GuestKernel = new KernelVersion(6, 14) }).Baseline.Total;
        Assert.That(SmallHost.Predict(request).Together!.After, Is.EqualTo(both));
    }

    [Test]
    public void An_IOMMU_that_is_not_AMDs_is_spoken_of_by_its_name()
    {
        var text = SmallHost.Predict(Vtd with { Iommu = IommuKinds.Find("riscv-sv39x4")! }).Changes[^1].Text;
        Assert.That(text, Does.Contain("nothing to change within type1 today").And.Contain("RISC-V IOMMU second stage"));
    }

    [Test]
    public void What_was_never_counted_is_assumed_and_says_so()
    {
        foreach (var kind in IommuKinds.All)
        {
            var basis = IommuBasis.Of(kind, KernelProfiles.All);
            Assert.That(basis.Confidence, Is.EqualTo(kind.IsCounted ? Evidence.Measured : Evidence.Assumed), kind.Id);
            Assert.That(basis.Reason.Contains("assumed to be VT-d's", StringComparison.Ordinal), Is.EqualTo(!kind.IsCounted), kind.Id);
        }

        Assert.That(IommuBasis.Of(IommuKinds.AmdV1, KernelProfiles.Linux612).Reason, Does.Contain("lower bound"));
        Assert.That(IommuBasis.Of(IommuKinds.AmdV1, KernelProfiles.Linux73).Reason, Does.Not.Contain("lower bound"));
    }
}
