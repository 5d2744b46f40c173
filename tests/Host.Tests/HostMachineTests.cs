using Fast.Host;

namespace Fast.Tests;

/// <summary>A machine in words, from a tree that has the form of sysfs and procfs.</summary>
public sealed class HostMachineTests
{
    [TestCase("dmar0", "vtd")]
    [TestCase("ivhd0", "amdv1")]
    [TestCase("smmu3.0x1", "smmu3.0x1")]
    [TestCase(null, "none")]
    public void Its_IOMMU_is_named_as_predict_names_it(string? name, string kind)
    {
        using var host = new FakeHost();
        if (name is not null) Directory.CreateDirectory(host.Tree.PathOf($"sys/class/iommu/{name}"));
        Assert.That(HostMachine.Read(host.Tree).Iommu, Is.EqualTo(kind));
    }

    [Test]
    public void What_is_not_told_is_unknown()
    {
        using var host = new FakeHost();
        Assert.That(HostMachine.Read(host.Tree), Is.EqualTo(new HostMachine("unknown", "unknown", "unknown", "none", "unknown")));
        Directory.CreateDirectory(host.Tree.PathOf("sys/kernel/mm/transparent_hugepage"));
        File.WriteAllText(host.Tree.PathOf("sys/kernel/mm/transparent_hugepage/enabled"), "always [madvise] never\n");
        File.WriteAllText(host.Tree.PathOf("proc/cpuinfo"), "processor\t: 0\nmodel name\t: AMD EPYC 9354\n");
        Assert.That(HostMachine.Read(host.Tree), Is.EqualTo(new HostMachine("unknown", "unknown", "AMD EPYC 9354", "none", "madvise")));
    }

    [Test]
    public void Descriptors_and_mappings_of_VFIO_are_found_in_procfs()
    {
        using var host = new FakeHost();
        var descriptors = Directory.CreateDirectory(host.Tree.PathOf("proc/self/fd")).FullName;
        var names = new[] { "/dev/vfio/vfio", "/dev/vfio/12", "anon_inode:[vfio-device]", "/dev/null", "/dev/iommu" };
        for (var i = 0; i < names.Length; i++) File.CreateSymbolicLink(Path.Combine(descriptors, $"{i}"), names[i]);
        File.WriteAllText(host.Tree.PathOf("proc/self/maps"), "7f00-7f01 rw-s 20000000000 00:0e 1060 anon_inode:[vfio-device]\n7f02-7f03 rw-p 0 00:00 0\n");
        Assert.That(VfioLeftovers.Read(host.Tree), Is.EqualTo(new VfioLeftovers(4, 1)));
    }
}
