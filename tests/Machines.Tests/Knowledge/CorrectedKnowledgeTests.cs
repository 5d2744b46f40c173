using System.Text;
using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>A wrong version in the knowledge file is corrected there, and every machine does as the file says.</summary>
public sealed class CorrectedKnowledgeTests
{
    private static readonly PredictionRequest One = new() { Devices = SmallHost.Gpu("1G"), HostKernels = [new KernelVersion(6, 12)] };

    internal static Knowledge With(string right, string corrected)
    {
        var text = Encoding.UTF8.GetString(Knowledge.DefaultBytes());
        Assert.That(text, Does.Contain(right));
        Assert.That(Knowledge.TryRead(Encoding.UTF8.GetBytes(text.Replace(right, corrected, StringComparison.Ordinal)), "corrected.json", out var knowledge, out var error), error);
        return knowledge!;
    }

    private static Prediction Predict(Knowledge knowledge, PredictionRequest request) => new Predictor(knowledge, new BarCaseCache()).Predict(request);

    /// <summary>A distribution has the series in its 6.12: all predictions of that release change.</summary>
    [Test]
    public void A_host_kernel_with_a_backport()
    {
        var backported = With("\"from\": \"6.12\", \"profile\": \"6.12\"", "\"from\": \"6.12\", \"profile\": \"6.15\"");
        Assert.Multiple(() =>
        {
            Assert.That(Predict(Knowledge.Default, One).Kernels[0].Bars[0].LookupsPerEvent, Is.EqualTo(262_144));
            Assert.That(Predict(backported, One).Kernels[0].Bars[0].LookupsPerEvent, Is.EqualTo(1));
            Assert.That(Predict(backported, One).Changes.Select(change => change.Id), Does.Not.Contain("host-kernel"));
        });
    }

    [Test]
    public void A_newer_host_kernel_is_accepted_when_the_file_has_it()
    {
        var newer = With("\"newest\": \"7.3\"", "\"newest\": \"8.1\"");
        var request = One with { HostKernels = [new KernelVersion(8, 0)] };
        Assert.That(request.Check(Knowledge.Default), Does.Contain("accepted is any release from 6.1 to 7.3"));
        Assert.That(Predict(newer, request).Kernels[0].Kernel.Profile.Name, Is.EqualTo("7.3"));
    }

    [Test]
    public void The_release_from_which_guests_size_in_one_go()
    {
        var earlier = With("{ \"from\": \"6.14\", \"does\": \"batched\"", "{ \"from\": \"6.12\", \"does\": \"batched\"");
        Assert.Multiple(() =>
        {
            Assert.That(Predict(Knowledge.Default, One).Devices[0].MapEvents, Is.EqualTo(2 + 5 + 6));
            Assert.That(Predict(earlier, One).Devices[0].MapEvents, Is.EqualTo(2 + 3 + 1));
            Assert.That(Predict(earlier, One).Notes.Select(note => note.Text), Has.Some.Contains("endpoint-sizing maps 1 times on the register model"), "what was counted says otherwise");
            Assert.That(Predict(earlier, One with { GuestKernel = new KernelVersion(6, 11) }).Changes.Single(change => change.Id == "guest-kernel").Text, Does.Contain("Linux 6.12 or newer"));
        });
    }

    [Test]
    public void The_VMM_that_aligns()
    {
        var backported = With("{ \"vmm\": \"qemu\", \"from\": \"9.2\"", "{ \"vmm\": \"qemu\", \"from\": \"9.1\"");
        Assert.That(VmmRelease.TryParse("QEMU-9.1", out var vmm));
        Assert.Multiple(() =>
        {
            Assert.That(Knowledge.Default.Behaviours.VaSkewOf(vmm!), Is.EqualTo(4096));
            Assert.That(backported.Behaviours.VaSkewOf(vmm!), Is.Zero);
            Assert.That(Knowledge.Default.Behaviours.VaSkewOf(vmm! with { Name = "crosvm" }), Is.Null);
        });
    }

    [Test]
    public void The_release_that_has_the_patch_of_pci_hyperv()
    {
        const string Machine = """
            { "schema": "fast.scenario/1", "title": "t", "source": "s", "machine": "hyperv", "flip": { "bytes": "1G", "seconds": 1 },
              "devices": [{ "count": 1, "bars": [{ "slot": 0, "size": "1G", "bits": 64 }] }], "runs": [{ "name": "r", "guestKernel": "5.15" }] }
            """;
        int Events(Knowledge knowledge)
        {
            Assert.That(BootScenario.TryRead(Encoding.UTF8.GetBytes(Machine), "m.json", out var scenario, out var error, knowledge), error);
            return new BootRunner(knowledge, new BarCaseCache()).Run(scenario!).Runs[0].Events;
        }

        Assert.That(Events(Knowledge.Default), Is.EqualTo(8));
        Assert.That(Events(With("\"from\": \"5.19\"", "\"from\": \"5.15\"")), Is.EqualTo(1), "the stable update of July 2025");
    }

    /// <summary>At 40 bits an eighth of the address space is 128 GiB, too little for 128 GiB and 16 MiB; a quarter is enough.</summary>
    [Test]
    public void The_window_of_a_firmware()
    {
        var request = One with { Devices = SmallHost.Gpu("16M", "128G"), HostKernels = [new KernelVersion(6, 16)], PhysicalBits = 40 };
        bool IsVisible(Knowledge knowledge, string firmware) => Predict(knowledge, request with { Firmware = firmware }).Devices[0].Bars[1].IsVisible;
        Assert.Multiple(() =>
        {
            Assert.That(IsVisible(Knowledge.Default, "ovmf"), Is.False);
            Assert.That(IsVisible(Knowledge.Default, "ovmf-2026.08"), Is.True);
            Assert.That(IsVisible(With("\"does\": \"ovmf\", \"windowShare\": { \"value\": 8", "\"does\": \"ovmf\", \"windowShare\": { \"value\": 4"), "ovmf"), Is.True);
        });
    }
}
