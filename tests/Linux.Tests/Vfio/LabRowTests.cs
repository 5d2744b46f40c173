using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>What real kernels were counted doing with a BAR (lab.md, sections 2a and 2b), row by row, at the size at which it was counted.</summary>
public class LabRowTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    // 2b: kernel, GiB, HVA off by, lookups, follow calls first and again, faults, huge_fault calls (-1: not counted), leaves.
    [TestCase("6.1", 1, 0UL, 262_144, 262_145, 262_144, 1, -1, "262144 x 4K")]
    [TestCase("6.1", 1, M2, 262_144, 262_145, 262_144, 1, -1, "262144 x 4K")]
    [TestCase("6.1", 1, K4, 262_144, 262_145, 262_144, 1, -1, "262144 x 4K")]
    [TestCase("6.12", 1, 0UL, 262_144, 262_145, 262_144, 1, 1, "1 x 1G")]
    [TestCase("6.12", 1, M2, 262_144, 262_656, 262_144, 512, 514, "512 x 2M")]
    [TestCase("6.12", 1, K4, 262_144, 524_288, 262_144, 262_144, 262_659, "262144 x 4K")]
    [TestCase("6.16", 1, 0UL, 1, 2, 1, 1, 1, "1 x 1G")]
    [TestCase("6.16", 1, M2, 512, 1_024, 512, 512, 514, "512 x 2M")]
    [TestCase("6.16", 1, K4, 262_144, 524_288, 262_144, 262_144, 262_659, "262144 x 4K")]
    [TestCase("7.2", 1, 0UL, 1, 2, 1, 1, 1, "1 x 1G")]
    [TestCase("7.2", 1, M2, 512, 1_024, 512, 512, 514, "512 x 2M")]
    [TestCase("7.2", 1, K4, 262_144, 524_288, 262_144, 262_144, 262_659, "262144 x 4K")]
    [TestCase("6.1", 32, 0UL, 8_388_608, 8_388_609, 8_388_608, 1, -1, "8388608 x 4K")]
    [TestCase("6.12", 32, 0UL, 8_388_608, 8_388_640, 8_388_608, 32, 32, "32 x 1G")]
    [TestCase("6.16", 32, 0UL, 32, 64, 32, 32, 32, "32 x 1G")]
    [TestCase("7.2", 32, 0UL, 32, 64, 32, 32, 32, "32 x 1G")]
    [TestCase("7.2", 32, M2, 16_384, 32_768, 16_384, 16_384, 16_417, "16384 x 2M")]
    public void Section_2b_calls(string kernel, int size, ulong skew, long lookups, long first, long again, long faults, long hugeFaultCalls, string inserted)
    {
        var bytes = (ulong)size * G1;
        using var rig = new LinuxRig(KernelProfiles.Resolve(Version(kernel)).Profile);
        rig.Mmap(At + skew, Physical, bytes);
        Assert.That(rig.Map(Device, At + skew, bytes), Is.EqualTo(Errno.None));
        Check(rig.Mapped, first, faults, hugeFaultCalls);
        Assert.That(CpuLeaves(rig), Is.EqualTo(inserted));
        Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo($"{size} x 1G"), "whatever the HVA");
        CheckUnmap(rig, bytes);
        rig.Counters.Reset();
        Assert.That(rig.Map(Device, At + skew, bytes), Is.EqualTo(Errno.None));
        Check(rig.Mapped, again, 0, 0);
        rig.Counters.Reset();
        CheckUnmap(rig, bytes);

        void Check(MapCounters counted, long follows, long taken, long calls) => Assert.That(
            counted with { TableMapCalls = 0, HugeFaultCalls = hugeFaultCalls < 0 ? 0 : counted.HugeFaultCalls },
            Is.EqualTo(new MapCounters
            {
                VaddrGetPfns = lookups, GupAttempts = lookups, Lookups = follows, LeavesVisited = lookups, Faults = taken, HugeFaultCalls = Math.Max(calls, 0), Chunks = 1, IommuMapCalls = 1,
            }));
    }

    // 2a, VmPTE: tables of the two lowest levels. At 1 GiB 6.1 had 4 kB more in every row; with 32 GiB it had not.
    [TestCase("6.1", 1, 0UL, 2056, 4)]
    [TestCase("6.1", 1, M2, 2060, 4)]
    [TestCase("6.1", 1, K4, 2064, 4)]
    [TestCase("6.1", 32, 0UL, 65_664, 0)]
    [TestCase("6.12", 1, 0UL, 0, 0)]
    [TestCase("6.12", 1, M2, 8, 0)]
    [TestCase("6.12", 1, K4, 2060, 0)]
    [TestCase("6.12", 32, 0UL, 0, 0)]
    [TestCase("6.12", 32, K4, 65_672, 0)]
    [TestCase("6.16", 1, 0UL, 0, 0)]
    [TestCase("6.16", 1, M2, 8, 0)]
    [TestCase("6.16", 1, K4, 2060, 0)]
    [TestCase("6.16", 32, 0UL, 0, 0)]
    [TestCase("6.16", 32, M2, 132, 0)]
    [TestCase("7.2", 1, 0UL, 0, 0)]
    [TestCase("7.2", 1, M2, 8, 0)]
    [TestCase("7.2", 1, K4, 2060, 0)]
    [TestCase("7.2", 32, 0UL, 0, 0)]
    [TestCase("7.2", 32, M2, 132, 0)]
    [TestCase("7.2", 32, K4, 65_672, 0)]
    public void Section_2a_memory_of_the_process_tables(string kernel, int size, ulong skew, int counted, int unexplained)
    {
        using var rig = new LinuxRig(KernelProfiles.Resolve(Version(kernel)).Profile);
        rig.Mmap(At + skew, Physical, (ulong)size * G1);
        rig.Warm(At + skew, (ulong)size * G1);
        // Without the root and the one table of 512 GiB.
        Assert.That((int)(rig.Mm.Table.Arena.TablesInUse - 2) * 4, Is.EqualTo(counted - unexplained));
    }

    private static void CheckUnmap(LinuxRig rig, ulong bytes)
    {
        Assert.That(rig.Unmap(Device, bytes), Is.EqualTo(Errno.None));
        var pages = (long)(bytes / K4);
        Assert.That(rig.Unmapped, Is.EqualTo(new UnmapCounters { IovaToPhys = pages, LeavesVisited = pages, IommuUnmapCalls = 1, IotlbSyncs = 1, ReservedTests = pages }));
    }

    private static string CpuLeaves(LinuxRig rig)
    {
        var counts = rig.Mm.Table.CountLeaves(IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte)));
        return string.Join(", ", new[] { "4K", "2M", "1G" }.Select((size, level) => (Size: size, Count: counts[level])).Where(leaf => leaf.Count != 0).Select(leaf => $"{leaf.Count} x {leaf.Size}"));
    }

    private static KernelVersion Version(string text) => KernelVersion.TryParse(text, out var version, out _) ? version : throw new ArgumentException(text);
}
