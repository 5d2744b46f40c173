using Fast.Host;

namespace Fast.Tests;

/// <summary>What keeps a device from VFIO is said before anything is opened, and what to do about it.</summary>
public sealed class VfioBindingTests
{
    [Test]
    public void A_bound_device_has_group_type_and_node()
    {
        using var host = new FakeHost();
        host.AddDevice("0000:3b:00.1", null, "12");
        var binding = VfioBinding.Read(host.Tree, FakeHost.Address);
        Assert.Multiple(() =>
        {
            Assert.That(binding, Is.EqualTo(new VfioBinding(FakeHost.Address, "vfio-pci", "12", "DMA", binding.Others, "vfio3")));
            Assert.That(binding.Others, Is.EqualTo(new[] { new VfioGroupMember("0000:3b:00.1", null) }));
            Assert.That(VfioBinding.FindBound(host.Tree), Is.EqualTo(new[] { FakeHost.Address }));
        });
    }

    [TestCase(null, "12", "is without a driver, and VFIO needs vfio-pci; hand it over: modprobe vfio-pci; echo vfio-pci > /sys/bus/pci/devices/0000:3b:00.0/driver_override; echo 0000:3b:00.0 > /sys/bus/pci/drivers_probe")]
    [TestCase("nvidia", "12", "is driven by nvidia, and VFIO needs vfio-pci; hand it over:")]
    [TestCase("nvidia", "12", "echo 0000:3b:00.0 > /sys/bus/pci/devices/0000:3b:00.0/driver/unbind;")]
    [TestCase("vfio-pci", null, "is in no IOMMU group, so no IOMMU is at work")]
    public void A_device_that_is_not_ready_says_what_to_do(string? driver, string? group, string what)
    {
        using var host = new FakeHost(driver, group);
        var kernel = new FakeKernel();
        Assert.That(() => Type1Session.Open(kernel, host.Tree, VfioBinding.Read(host.Tree, FakeHost.Address)), Throws.TypeOf<HostException>().With.Message.Contains(what));
        Assert.That(kernel.Calls, Is.Zero);
    }

    [TestCase("snd_hda_intel", true)]
    [TestCase("pcieport", false)]
    [TestCase("pci-stub", false)]
    [TestCase("nvgrace-gpu-vfio-pci", false)]
    [TestCase(null, false)]
    public void A_neighbour_in_the_group_may_keep_it(string? driver, bool keeps)
    {
        using var host = new FakeHost();
        host.AddDevice("0000:3b:00.1", driver, "12");
        var binding = VfioBinding.Read(host.Tree, FakeHost.Address);
        using var session = keeps ? null : Type1Session.Open(new FakeKernel(), host.Tree, binding);
        if (keeps) Assert.That(() => Type1Session.Open(new FakeKernel(), host.Tree, binding), Throws.TypeOf<HostException>().With.Message.EqualTo(
            "IOMMU group 12 of 0000:3b:00.0 is not viable: 0000:3b:00.1 is in it and driven by snd_hda_intel; unbind it or give it to vfio-pci as well"));
        else Assert.That(session, Is.Not.Null);
    }

    [Test]
    public void The_kernel_has_the_last_word_about_a_group()
    {
        using var host = new FakeHost();
        var kernel = new FakeKernel { IsViable = false };
        Assert.That(() => Type1Session.Open(kernel, host.Tree, VfioBinding.Read(host.Tree, FakeHost.Address)), Throws.TypeOf<HostException>().With.Message.Contains("group 12 of 0000:3b:00.0 is not viable"));
        Assert.That(kernel.LeftOpen, Is.Empty);
    }

    [TestCase(0, 2, "load VFIO with 'modprobe vfio-pci'")]
    [TestCase(0, 13, "may not be opened by this user")]
    [TestCase(3, 16, "is in use: another process, a virtual machine perhaps, has 0000:3b:00.0; 'fuser ")]
    [TestCase(3, 13, "'chown $USER ")]
    [TestCase(6, 1, "interrupts")]
    public void A_refused_step_says_what_it_may_be(int step, int errno, string what)
    {
        using var host = new FakeHost();
        Assert.That(() => Type1Session.Open(new FakeKernel { FailAt = step, Errno = errno }, host.Tree, VfioBinding.Read(host.Tree, FakeHost.Address)),
            Throws.TypeOf<HostException>().With.Message.Contains(what));
    }

    [Test]
    public void Iommufd_needs_a_node_of_the_device()
    {
        using var host = new FakeHost(hasCharacter: false);
        Assert.That(() => IommufdSession.Open(new FakeKernel(), host.Tree, VfioBinding.Read(host.Tree, FakeHost.Address)), Throws.TypeOf<HostException>().With.Message.Contains("CONFIG_VFIO_DEVICE_CDEV"));
    }

    [Test]
    public void The_only_bound_device_is_meant_when_none_is_named()
    {
        using var host = new FakeHost();
        Assert.That(VfioCandidates.Only(host.Tree), Is.EqualTo(FakeHost.Address));
        host.AddDevice("0000:86:00.0", "vfio-pci", "40");
        Assert.That(() => VfioCandidates.Only(host.Tree), Throws.TypeOf<HostException>().With.Message.EqualTo("vfio-pci has 2 devices: name one of 0000:3b:00.0, 0000:86:00.0"));
    }

    [Test]
    public void Without_a_bound_device_the_first_thing_that_is_missing_is_said()
    {
        using var without = new FakeHost(driver: null, group: null);
        Assert.That(() => VfioCandidates.Only(without.Tree), Throws.TypeOf<HostException>().With.Message.StartsWith("no IOMMU is at work on this machine"));
        using var unbound = new FakeHost(driver: null);
        Assert.That(() => VfioCandidates.Only(unbound.Tree), Throws.TypeOf<HostException>().With.Message.StartsWith("no device is bound to vfio-pci"));
        File.Delete(unbound.Tree.PathOf("dev/vfio/vfio"));
        Assert.That(() => VfioCandidates.Only(unbound.Tree), Throws.TypeOf<HostException>().With.Message.Contains("modprobe vfio-pci"));
    }

    [TestCase("3b:00.0", FakeHost.Address)]
    [TestCase("0000:3B:00.0", FakeHost.Address)]
    public void An_address_may_be_written_without_its_domain(string written, string address)
    {
        using var host = new FakeHost();
        Assert.That(VfioCandidates.Normalize(host.Tree, written), Is.EqualTo(address));
    }

    [TestCase("../../x")]
    [TestCase("3b")]
    [TestCase("")]
    public void What_is_no_address_is_refused(string written)
    {
        using var host = new FakeHost();
        Assert.That(() => VfioCandidates.Normalize(host.Tree, written), Throws.TypeOf<HostException>());
    }
}
