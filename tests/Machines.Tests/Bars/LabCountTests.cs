using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>The counts that real kernels gave, row by row.</summary>
public class LabCountTests
{
    private const ulong G1 = 1UL << 30;
    private const ulong M2 = 2UL << 20;
    private const ulong K4 = 4UL << 10;

    [TestCase("6.1", 0UL, 262_144, 262_145, 262_144, 1, 0)]
    [TestCase("6.1", M2, 262_144, 262_145, 262_144, 1, 0)]
    [TestCase("6.1", K4, 262_144, 262_145, 262_144, 1, 0)]
    [TestCase("6.12", 0UL, 262_144, 262_145, 262_144, 1, 1)]
    [TestCase("6.12", M2, 262_144, 262_656, 262_144, 512, 514)]
    [TestCase("6.12", K4, 262_144, 524_288, 262_144, 262_144, 262_659)]
    [TestCase("6.16", 0UL, 1, 2, 1, 1, 1)]
    [TestCase("6.16", M2, 512, 1_024, 512, 512, 514)]
    [TestCase("6.16", K4, 262_144, 524_288, 262_144, 262_144, 262_659)]
    [TestCase("7.2", 0UL, 1, 2, 1, 1, 1)]
    [TestCase("7.2", M2, 512, 1_024, 512, 512, 514)]
    [TestCase("7.2", K4, 262_144, 524_288, 262_144, 262_144, 262_659)]
    public void One_GiB(string kernel, ulong vaSkew, long vaddrGetPfns, long lookupsCold, long lookupsWarm, long faults, long hugeFaultCalls)
    {
        var cold = Run(G1, kernel, vaSkew, warm: false);
        var warm = Run(G1, kernel, vaSkew, warm: true);
        Assert.Multiple(() =>
        {
            Assert.That(cold.Map.VaddrGetPfns, Is.EqualTo(vaddrGetPfns));
            Assert.That(cold.Map.GupAttempts, Is.EqualTo(vaddrGetPfns));
            Assert.That(cold.Map.Lookups, Is.EqualTo(lookupsCold));
            Assert.That(cold.Map.Faults, Is.EqualTo(faults));
            Assert.That(cold.Map.HugeFaultCalls, Is.EqualTo(hugeFaultCalls));
            Assert.That(warm.Map.VaddrGetPfns, Is.EqualTo(vaddrGetPfns));
            Assert.That(warm.Map.Lookups, Is.EqualTo(lookupsWarm));
            Assert.That(warm.Map.Faults, Is.Zero);
            foreach (var outcome in new[] { cold, warm })
            {
                Assert.That(outcome.Map.Chunks, Is.EqualTo(1));
                Assert.That(outcome.Map.IommuMapCalls, Is.EqualTo(1));
                Assert.That(outcome.Map.Pins, Is.Zero);
                Assert.That(outcome.IommuLeaves.ToString(), Is.EqualTo("1 x 1G"), "whatever the virtual address");
                Assert.That(outcome.Unmap.IovaToPhys, Is.EqualTo(262_144));
                Assert.That(outcome.Unmap.IommuUnmapCalls, Is.EqualTo(1));
                Assert.That(outcome.Unmap.IotlbSyncs, Is.EqualTo(1));
            }
        });
    }

    [Test]
    public void Thirty_two_GiB_off_by_2_MiB_in_7_2()
    {
        var cold = Run(32 * G1, "7.2", M2, warm: false);
        Assert.That(cold.Map, Is.EqualTo(new MapCounters
        {
            VaddrGetPfns = 16_384, GupAttempts = 16_384, Lookups = 32_768, LeavesVisited = 16_384, Faults = 16_384, HugeFaultCalls = 16_417,
            Chunks = 1, IommuMapCalls = 1, TableMapCalls = 1,
        }));
        Assert.That(cold.Unmap.IovaToPhys, Is.EqualTo(8_388_608));
    }

    private static BarOutcome Run(ulong bytes, string kernel, ulong vaSkew, bool warm)
    {
        Assert.That(KernelVersion.TryParse(kernel, out var version, out _), Is.True);
        return BarExperiment.Run(BarCase.Create(new BarCaseOptions { Bytes = bytes, Kernel = version, VaSkew = vaSkew, Warm = warm }));
    }
}
