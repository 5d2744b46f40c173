using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class FastPathTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [Test]
    public void Warm_it_reads_each_leaf_once_and_calls_nothing_of_Linux()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux612, MapPath.Fast);
        rig.Mmap(At, Physical, 32 * G1);
        rig.Warm(At, 32 * G1);
        Assert.That(rig.Map(Device, At, 32 * G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters { LeavesVisited = 32 }));
    }

    [Test]
    public void Cold_it_takes_the_faults_that_there_are_and_no_more()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, MapPath.Fast);
        rig.Mmap(At, Physical, 32 * G1);
        Assert.That(rig.Map(Device, At, 32 * G1), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped, Is.EqualTo(new MapCounters { LeavesVisited = 32, Faults = 32, HugeFaultCalls = 32 }));
    }

    [Test]
    public void Half_warm_it_still_writes_the_largest_leaves()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, MapPath.Fast);
        rig.Mmap(At + K4, Physical, G1);
        rig.Warm(At + K4, 100 * K4);
        Assert.That(rig.Map(Device, At + K4, G1), Is.EqualTo(Errno.None));
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("1 x 1G"));
        Assert.That(rig.Mapped.Faults, Is.EqualTo(262_144 - 100));
    }

    [Test]
    public void A_hole_is_found_before_anything_is_written()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, MapPath.Fast);
        rig.Mmap(At, Physical, M2);
        rig.Mmap(At + (2 * M2), Physical, M2);
        rig.Warm(At, M2);
        Assert.That(rig.Map(Device, At, 3 * M2), Is.EqualTo(Errno.EFAULT));
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
        Assert.That(rig.Container.DmaAvailable, Is.EqualTo(Type1Container.DefaultEntryLimit));
    }
}
