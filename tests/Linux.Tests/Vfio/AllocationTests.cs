using Fast.Linux;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

[NonParallelizable]
public class AllocationTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [TestCase("6.1", MapPath.Kernel)]
    [TestCase("6.12", MapPath.Kernel)]
    [TestCase("7.3", MapPath.Kernel)]
    [TestCase("7.3", MapPath.Fast)]
    public void Mapping_and_unmapping_allocate_nothing_from_the_managed_heap(string profile, MapPath path)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), path);
        rig.Mmap(At + M2, Physical, 64 * M2);
        rig.Mmap(At + (65 * M2), Physical + G1 + K4, M2);
        _ = Round(rig);
        rig.Device.SetMemoryDecode(false);
        rig.Device.SetMemoryDecode(true);
        Assert.That(Round(rig), Is.Zero, "cold");
        Assert.That(Round(rig), Is.Zero, "warm");
    }

    [Test]
    public void No_IOMMU_makes_them_allocate([Values("6.12", "7.3")] string profile, [Values] MapPath path)
    {
        foreach (var kind in IommuKinds.All)
        {
            using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), path, iommu: kind);
            rig.Mmap(At + M2, Physical, 64 * M2);
            rig.Mmap(At + (65 * M2), Physical + G1 + K4, M2);
            _ = Round(rig);
            // Once in a while the runtime itself takes some on this thread; what a path takes it takes every time.
            Assert.That(Math.Min(Round(rig), Round(rig)), Is.Zero, kind.Id);
        }
    }

    private static long Round(LinuxRig rig)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var mapped = rig.Map(Device, At + M2, 65 * M2);
        var unmapped = rig.Unmap(Device, 65 * M2);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That((mapped, unmapped), Is.EqualTo((Errno.None, Errno.None)));
        return allocated;
    }
}
