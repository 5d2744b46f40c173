using Fast.Linux;
using Fast.Machines;
using FsCheck;
using FsCheck.NUnit;

namespace Fast.Tests;

/// <summary>For every leaf that the kernel path makes, the rules foresee the same size: both tables, every kernel, every IOMMU.</summary>
public sealed class ExplainedLeavesProperties
{
    [FsCheck.NUnit.Property(MaxTest = 600, Replay = "20261127,4099")]
    public void The_rules_foresee_every_leaf(DoNotSize<int> seed) => Check(RandomLayout.Of(seed.Item, large: false));

    [FsCheck.NUnit.Property(MaxTest = 10, Replay = "20261127,4099")]
    public void The_rules_foresee_every_leaf_where_1_GiB_leaves_fit(DoNotSize<int> seed) => Check(RandomLayout.Of(seed.Item, large: true));

    [Explicit("minutes: dotnet test tests/Machines.Tests -c Release --filter FullyQualifiedName~ExplainedLeavesProperties")]
    [FsCheck.NUnit.Property(MaxTest = 20_000)]
    public void The_rules_foresee_every_leaf_of_many_layouts(DoNotSize<int> seed) => Check(RandomLayout.Of(seed.Item, large: false));

    private static void Check(BarLayout layout)
    {
        var executed = LayoutExecution.Run(layout);
        Assert.That(LayoutExecution.Joined(CpuLeg.Of(layout)), Is.EqualTo(LayoutExecution.Joined(executed.Cpu)), () => layout.ToString());
        var foreseen = IommuLeg.Of(layout).ToList();
        if (foreseen is [{ Leaf: null }])
        {
            Assert.That(executed.Errno, Is.EqualTo(Errno.EFAULT), () => layout.ToString());
            return;
        }

        Assert.That(executed.Errno, Is.EqualTo(Errno.None), () => layout.ToString());
        Assert.That(LayoutExecution.Joined(foreseen), Is.EqualTo(LayoutExecution.Joined(executed.Iommu)), () => layout.ToString());
        var bar = new ExplainedBar(new PciRegion { Kind = RegionKind.Memory }, layout, [.. CpuLeg.Of(layout)], [.. foreseen]);
        Assert.That(bar.LookupsPerEvent, Is.EqualTo(executed.Lookups), () => layout.ToString());
        CheckReasons(CpuLeg.Of(layout).Concat(foreseen));
    }

    /// <summary>Whatever is not the largest has a reason, and each reason is about a larger leaf, the nearest first.</summary>
    private static void CheckReasons(IEnumerable<LeafStretch> stretches)
    {
        foreach (var stretch in stretches)
        {
            Assert.That(stretch.Blocked.Select(blocked => blocked.Leaf), Is.Ordered);
            Assert.That(stretch.Blocked.All(blocked => blocked.Leaf > stretch.Leaf!.Value && blocked.Why.Length > 0), Is.True);
            if (stretch.Leaf!.Value.Shift < 30) Assert.That(stretch.Blocked, Is.Not.Empty);
        }
    }
}
