using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tests;

public class BarExperimentTests
{
    private const ulong G1 = 1UL << 30;
    private const ulong M2 = 2UL << 20;
    private const ulong K4 = 4UL << 10;
    private const long Pages32G = 8_388_608;
    private static readonly BarCaseOptions Big = new() { Bytes = 32 * G1, Warm = true };
    private static readonly KernelVersion Linux612 = new(6, 12);

    private static IEnumerable<VfioPatches> ClosedSets() =>
        Enumerable.Range(0, 32).Select(set => (VfioPatches)set).Where(set => VfioPatchSet.CheckClosed(set) is null);

    // Several requirements speak of the same executions.
    private readonly BarCaseCache _cache = new();

    [Test]
    public void A_32_GiB_BAR_in_6_12_takes_a_lookup_per_page_and_a_question_per_page()
    {
        var outcome = Run(Big with { Kernel = Linux612 });
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Ok, Is.True);
            Assert.That(outcome.Map, Is.EqualTo(new MapCounters
            {
                VaddrGetPfns = Pages32G, GupAttempts = Pages32G, Lookups = Pages32G, LeavesVisited = Pages32G, Chunks = 1, IommuMapCalls = 1, TableMapCalls = 1,
            }));
            Assert.That(outcome.Unmap, Is.EqualTo(new UnmapCounters
            {
                IovaToPhys = Pages32G, LeavesVisited = Pages32G, IommuUnmapCalls = 1, IotlbSyncs = 1, ReservedTests = Pages32G,
            }));
            Assert.That(outcome.ManagedBytesAllocated, Is.Zero);
        });
    }

    [Test]
    public void In_7_3_it_takes_32_lookups_and_as_many_questions_as_ever()
    {
        var outcome = Run(Big);
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Map.Lookups, Is.EqualTo(32));
            Assert.That(outcome.Map.GupAttempts, Is.EqualTo(32));
            Assert.That(outcome.Map.Chunks, Is.EqualTo(1));
            Assert.That(outcome.CpuLeaves.ToString(), Is.EqualTo("0/0/32/0/0/0"));
            Assert.That(outcome.IommuLeaves.ToString(), Is.EqualTo("32 x 1G"));
            Assert.That(outcome.Unmap.IovaToPhys, Is.EqualTo(Pages32G));
            Assert.That(outcome.CpuTableBytes, Is.EqualTo(2 * K4), "root and one table of 1 GiB leaves");
            Assert.That(outcome.IommuTableBytes, Is.EqualTo(2 * K4));
            Assert.That(outcome.ManagedBytesAllocated, Is.Zero);
        });
    }

    [TestCase("6.1", 8_388_609, Pages32G, 1, 0)]
    [TestCase("6.12", 8_388_640, Pages32G, 32, 32)]
    [TestCase("7.3", 64, 32L, 32, 32)]
    public void Cold_it_takes_its_faults_and_a_miss_for_each(string kernel, long lookups, long vaddrGetPfns, long faults, long hugeFaultCalls)
    {
        Assert.That(KernelVersion.TryParse(kernel, out var version, out _), Is.True);
        var outcome = Run(Big with { Kernel = version, Warm = false });
        Assert.That((outcome.Map.Lookups, outcome.Map.VaddrGetPfns, outcome.Map.Faults), Is.EqualTo((lookups, vaddrGetPfns, faults)));
        Assert.That(outcome.Map.HugeFaultCalls, Is.EqualTo(hugeFaultCalls));
    }

    [Test]
    public void Kernel_6_12_with_the_five_patches_counts_as_7_3_does([Values] bool warm)
    {
        var patched = Run(Big with { Kernel = Linux612, Patches = VfioPatches.All, Warm = warm });
        var newest = Run(Big with { Warm = warm });
        Assert.That(patched.Map, Is.EqualTo(newest.Map));
        Assert.That(patched.Unmap, Is.EqualTo(newest.Unmap));
        Assert.That(patched.Digest, Is.EqualTo(newest.Digest));
    }

    [TestCaseSource(nameof(ClosedSets))]
    public void Any_subset_without_the_fifth_patch_still_looks_up_every_page(VfioPatches patches)
    {
        var outcome = Run(new BarCaseOptions { Bytes = 8 * M2, Kernel = Linux612, Patches = patches, Warm = true });
        Assert.That(outcome.Map.Lookups, Is.EqualTo((patches & VfioPatches.UseMask) != 0 ? 8 : 4096));
    }

    [Test]
    public void Off_by_2_MiB_it_takes_a_lookup_per_2_MiB_with_the_patches() =>
        Assert.That(Run(Big with { VaSkew = M2 }).Map.Lookups, Is.EqualTo(16_384));

    [TestCase("6.12")]
    [TestCase("7.3")]
    public void Off_by_4_KiB_nothing_helps(string kernel)
    {
        Assert.That(KernelVersion.TryParse(kernel, out var version, out _), Is.True);
        Assert.That(Run(Big with { Kernel = version, VaSkew = K4 }).Map.Lookups, Is.EqualTo(Pages32G));
    }

    [Test]
    public void An_IOVA_off_by_4_KiB_costs_the_IOMMU_its_large_leaves_and_nothing_else()
    {
        var outcome = Run(new BarCaseOptions { Bytes = G1, IovaSkew = K4, Warm = true });
        Assert.That(outcome.Map.Lookups, Is.EqualTo(1));
        Assert.That(outcome.IommuLeaves.ToString(), Is.EqualTo("262144 x 4K"));
    }

    [Test]
    public void The_fast_path_reads_32_leaves_and_removes_32_and_reaches_the_same()
    {
        var outcome = Run(Big with { Path = MapPath.Fast });
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Map, Is.EqualTo(new MapCounters { LeavesVisited = 32 }));
            Assert.That(outcome.Unmap, Is.EqualTo(new UnmapCounters { LeavesVisited = 32, IotlbSyncs = 1 }));
            Assert.That(outcome.Digest, Is.EqualTo(Run(Big).Digest));
            Assert.That(outcome.ManagedBytesAllocated, Is.Zero);
        });
    }

    [Test]
    public void The_fast_path_takes_the_same_faults_when_cold()
    {
        var fast = Run(new BarCaseOptions { Bytes = G1, VaSkew = M2, Path = MapPath.Fast });
        var kernel = Run(new BarCaseOptions { Bytes = G1, VaSkew = M2 });
        Assert.That((fast.Map.Faults, fast.Map.HugeFaultCalls), Is.EqualTo((kernel.Map.Faults, kernel.Map.HugeFaultCalls)));
        Assert.That(fast.IommuLeaves, Is.EqualTo(kernel.IommuLeaves));
        Assert.That(fast.Digest, Is.EqualTo(kernel.Digest));
    }

    [TestCase(ThpPolicy.Always, 1)]
    [TestCase(ThpPolicy.Madvise, 262_144)]
    [TestCase(ThpPolicy.Never, 262_144)]
    public void In_6_12_the_THP_policy_decides_about_leaves(ThpPolicy thp, long faults) =>
        Assert.That(Run(new BarCaseOptions { Bytes = G1, Kernel = Linux612, Thp = thp }).Map.Faults, Is.EqualTo(faults));

    [Test]
    public void A_part_of_a_BAR_is_mapped_at_its_place()
    {
        var outcome = Run(new BarCaseOptions { Bytes = 100 * K4, Offset = 5 * K4, BarBytes = G1, Warm = true });
        Assert.That(outcome.Map.Lookups, Is.EqualTo(1), "the leaf is the BAR's, not the request's");
        Assert.That(outcome.IommuLeaves[PageSize.Size4K], Is.EqualTo(100));
    }

    [TestCase(4096UL)]
    [TestCase(M2)]
    [TestCase(256 * M2)]
    public void Small_BARs_work_too(ulong bytes) => Assert.That(Run(new BarCaseOptions { Bytes = bytes }).Ok, Is.True);

    [Test]
    public void A_BAR_that_no_process_can_mmap_is_ENOMEM()
    {
        var outcome = Run(new BarCaseOptions { Bytes = 1UL << 47 });
        Assert.That((outcome.Ok, outcome.Errno), Is.EqualTo((false, Errno.ENOMEM)));
        Assert.That(outcome.IommuLeaves.Total, Is.Zero);
    }

    [Test]
    public void A_run_can_be_watched_and_stopped()
    {
        using var cancellation = new CancellationTokenSource();
        var reports = new Reports(cancellation);
        var barCase = BarCase.Create(Big with { Kernel = Linux612 });
        Assert.That(() => BarExperiment.Run(barCase, reports, cancellation: cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(reports.Seen, Has.Count.EqualTo(4));
        Assert.That(reports.Seen[^1].Phase, Is.EqualTo(BarPhase.Map));
        Assert.That(reports.Seen[^1].MostSteps, Is.EqualTo(Pages32G));
    }

    [Test]
    public void Watching_does_not_count_as_allocation_of_the_path()
    {
        var seen = new List<BarProgress>();
        var outcome = BarExperiment.Run(BarCase.Create(new BarCaseOptions { Bytes = G1, Kernel = Linux612 }), new Allocating(seen));
        Assert.That(seen, Is.Not.Empty);
        Assert.That(outcome.ManagedBytesAllocated, Is.Zero);
    }

    private BarOutcome Run(BarCaseOptions options) => _cache.Run(BarCase.Create(options));

    private sealed class Reports(CancellationTokenSource cancellation) : IProgress<BarProgress>
    {
        public List<BarProgress> Seen { get; } = [];

        public void Report(BarProgress value)
        {
            Seen.Add(value);
            if (Seen.Count == 4) cancellation.Cancel();
        }
    }

    private sealed class Allocating(List<BarProgress> seen) : IProgress<BarProgress>
    {
        public void Report(BarProgress value)
        {
            seen.Add(value);
            GC.KeepAlive(new byte[1000]);
        }
    }
}
