using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>The same BAR into tables of other IOMMUs than VT-d's.</summary>
public class BarIommuTests
{
    private const ulong G1 = 1UL << 30;
    private const ulong M2 = 2UL << 20;
    private const ulong K4 = 4UL << 10;
    private const long Pages32G = 8_388_608;
    private static readonly KernelVersion Linux612 = new(6, 12);
    private static readonly BarCaseOptions Amd = new() { Bytes = 32 * G1, Warm = true, Iommu = IommuKinds.AmdV1 };

    private readonly BarCaseCache _cache = new();

    private static IEnumerable<IommuKind> Kinds => IommuKinds.All;

    [Test]
    public void Thirty_two_GiB_are_one_leaf_for_AMD_and_one_question_as_long_as_type1_unmaps_byEntry()
    {
        var (byEntry, byPage) = (Run(Amd with { Kernel = Linux612 }), Run(Amd));
        Assert.Multiple(() =>
        {
            foreach (var outcome in new[] { byEntry, byPage })
            {
                Assert.That(outcome.IommuLeaves.ToString(), Is.EqualTo("1 x 32G"));
                Assert.That((outcome.Map.IommuMapCalls, outcome.Map.TableMapCalls), Is.EqualTo((1L, 1L)));
                Assert.That(outcome.ManagedBytesAllocated, Is.Zero);
                Assert.That(outcome.IommuTableBytes, Is.EqualTo(K4), "the leaf stands in the first root");
            }

            Assert.That(byEntry.Unmap, Is.EqualTo(new UnmapCounters { IovaToPhys = 1, LeavesVisited = 1, IommuUnmapCalls = 1, IotlbSyncs = 1, ReservedTests = Pages32G }));
            Assert.That(byPage.Unmap, Is.EqualTo(new UnmapCounters { IovaToPhys = Pages32G, LeavesVisited = Pages32G, IommuUnmapCalls = 1, IotlbSyncs = 1, ReservedTests = Pages32G }));
            Assert.That(byEntry.Digest, Is.EqualTo(byPage.Digest));
        });
    }

    [TestCase(K4, "8388608 x 4K")]
    [TestCase(16 * K4, "524288 x 64K")]
    [TestCase(M2, "16384 x 2M")]
    [TestCase(32 * M2, "512 x 64M")]
    public void What_the_device_address_is_off_by_is_the_size_of_AMDs_leaves(ulong skew, string leaves)
    {
        var outcome = Run(Amd with { IovaSkew = skew, Kernel = new KernelVersion(6, 16) });
        Assert.That(outcome.IommuLeaves.ToString(), Is.EqualTo(leaves));
        Assert.That(outcome.Map.Lookups, Is.EqualTo(32), "the CPU's leaves do not depend on it");
        Assert.That(outcome.Unmap.IovaToPhys, Is.EqualTo((long)outcome.IommuLeaves.Total));
        Assert.That(Run(Amd with { IovaSkew = skew, Path = MapPath.Fast }).IommuLeaves, Is.EqualTo(outcome.IommuLeaves));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Both_paths_reach_the_same_through_any_IOMMU(IommuKind kind)
    {
        var options = new BarCaseOptions { Bytes = 2 * G1, IovaSkew = 3 * M2, Iommu = kind };
        var kernel = Run(options);
        var fast = Run(options with { Path = MapPath.Fast });
        Assert.Multiple(() =>
        {
            Assert.That((kernel.Ok, fast.Ok), Is.EqualTo((true, true)));
            Assert.That(fast.IommuLeaves, Is.EqualTo(kernel.IommuLeaves));
            Assert.That(fast.Digest, Is.EqualTo(kernel.Digest));
            Assert.That((kernel.ManagedBytesAllocated, fast.ManagedBytesAllocated), Is.EqualTo((0L, 0L)));
        });
    }

    [Test]
    public void A_BAR_beyond_the_aperture_is_EINVAL_and_a_result()
    {
        var outcome = Run(new BarCaseOptions { Bytes = 1UL << 40, Iommu = IommuKinds.Find("vtd-ss-3l")! });
        Assert.That((outcome.Ok, outcome.Errno), Is.EqualTo((false, Errno.EINVAL)));
    }

    [Test]
    public void Cases_of_different_IOMMUs_are_different_cases()
    {
        var cache = new BarCaseCache();
        var options = new BarCaseOptions { Bytes = M2, Iommu = IommuKinds.AmdV1 };
        cache.Run(BarCase.Create(options));
        cache.Run(BarCase.Create(options with { Iommu = IommuKinds.Find("amd-v1")! }));
        cache.Run(BarCase.Create(options with { Iommu = IommuKinds.Vtd }));
        Assert.That((cache.Executed, cache.Repeated), Is.EqualTo((2, 1)));
    }

    private BarOutcome Run(BarCaseOptions options) => _cache.Run(BarCase.Create(options));
}
