using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class IommuDomainTests
{
    [TestCase("6.15", 3)]
    [TestCase("7.3", 1)]
    public void A_driver_is_called_per_group_generic_tables_once_and_the_leaves_are_the_same(string profile, int calls)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile));
        var errno = rig.Domain.Map(new Iova(G1 - K4), new Pfn(((64 * G1) - K4) >> Pfn.Shift), ((2 * G1) + (2 * K4)) / K4, Permissions.ReadWrite);
        Assert.Multiple(() =>
        {
            Assert.That(errno, Is.EqualTo(Errno.None));
            Assert.That(rig.Mapped.IommuMapCalls, Is.EqualTo(1));
            Assert.That(rig.Mapped.TableMapCalls, Is.EqualTo(calls));
            Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("2 x 1G + 2 x 4K"));
        });
    }

    [TestCase("6.12")]
    [TestCase("7.3")]
    public void A_map_over_a_translation_leaves_nothing_of_itself(string profile)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile));
        Assert.That(rig.Domain.Map(new Iova(G1 + M2), new Pfn(0x777), 1, Permissions.Read), Is.EqualTo(Errno.None));
        var before = rig.Digest;
        Assert.That(rig.Domain.Map(new Iova(G1 - K4), new Pfn(((64 * G1) - K4) >> Pfn.Shift), 2 * G1 / K4, Permissions.Read), Is.EqualTo(Errno.EADDRINUSE));
        Assert.That(rig.Digest, Is.EqualTo(before));
    }

    [Test]
    public void Outside_the_aperture_is_ERANGE_and_a_wrap_is_EOVERFLOW()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        Assert.That(rig.Domain.Map(new Iova(1UL << 48), new Pfn(1), 1, Permissions.Read), Is.EqualTo(Errno.ERANGE));
        Assert.That(rig.Domain.Map(new Iova(ulong.MaxValue - K4 + 1), new Pfn(1), 2, Permissions.Read), Is.EqualTo(Errno.EOVERFLOW));
        Assert.That(rig.Domain.Map(new Iova(1), new Pfn(1), 1, Permissions.Read), Is.EqualTo(Errno.EINVAL));
    }

    [Test]
    public void Translating_gives_0_for_a_hole_and_for_physical_0_alike()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Domain.Map(new Iova(G1), new Pfn(0), 2, Permissions.Read);
        Assert.That(rig.Domain.IovaToPhys(new Iova(G1)), Is.Zero);
        Assert.That(rig.Domain.IovaToPhys(new Iova(G1 + K4)), Is.EqualTo(K4));
        Assert.That(rig.Domain.IovaToPhys(new Iova(G1 + M2)), Is.Zero);
        Assert.That(rig.Unmapped, Is.EqualTo(new UnmapCounters { IovaToPhys = 3, LeavesVisited = 2 }));
    }
}
