using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class CancellationTests
{
    [Test]
    public void A_long_map_can_be_stopped_and_watched()
    {
        using var arena = new TableArena();
        using var cancellation = new CancellationTokenSource();
        var steps = new List<long>();
        var resched = new CondResched(
            step =>
            {
                steps.Add(step);
                if (steps.Count == 3) cancellation.Cancel();
            },
            cancellation.Token);
        var counters = new KernelCounters();
        var mm = new AddressSpace(KernelProfiles.Linux612, arena, counters) { Resched = resched };
        var bar = new VfioPciBar(new VfioPciDevice(), new Pfn(1UL << 30), 32 * G1);
        Assert.That(bar.Mmap(mm, new Va(G1), 0, 32 * G1, ReadWrite, out _), Is.EqualTo(Errno.None));
        var container = new Type1Container(mm, IommuKinds.Vtd.CreateDomain(mm.Profile, arena, counters), counters);
        Assert.That(() => container.MapDma(new Iova(G1), new Va(G1), 32 * G1, Permissions.ReadWrite), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(steps, Is.EqualTo(new long[] { CondResched.Interval, 2 * CondResched.Interval, 3 * CondResched.Interval }));
        Assert.That(counters.Map.Lookups, Is.LessThan(5 * CondResched.Interval));
    }
}
