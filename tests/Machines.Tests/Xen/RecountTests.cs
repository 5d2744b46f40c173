using Fast.Machines.Xen;
using Fast.PageTables;
using static Fast.Tests.Xen.XenRig;

namespace Fast.Tests.Xen;

/// <summary>Every counter is what a recount gives: of the record of calls, or of the tables, frames and buffers at the end.</summary>
public sealed class RecountTests
{
    private static readonly XenSettings Settings = Middle with { Seconds = 15, LargestBytes = 8 * M2, MigrationsPerSecond = 4 };

    [TestCaseSource(typeof(XenRig), nameof(PairCases))]
    public void Counters_are_what_the_record_and_the_tables_say(string strategy, Dom0Mode dom0)
    {
        using var machine = Machine(Settings with { Dom0 = dom0 }, strategy);
        var host = machine.Host;
        var record = new List<XenEvent>();
        host.Xen.Observer = record.Add;
        var tables = new Dictionary<FrameOwner, (ulong P2m, ulong Iommu)> { [FrameOwner.Dom0] = TablesOf(host.Dom0), [FrameOwner.Guest] = TablesOf(host.Guest) };
        var result = machine.Run();
        Assert.Multiple(() =>
        {
            Assert.That(result.Violations, Is.Empty);
            Assert.That(result.Calls, Is.EqualTo((ulong)record.Count));
            Assert.That(result.Continuations, Is.EqualTo((ulong)record.Count(each => each.Continues)));
            Assert.That(result.ReferencesTaken, Is.EqualTo((ulong)record.Where(each => each.References > 0).Sum(each => each.References)));
            Assert.That(result.ReferencesDropped, Is.EqualTo((ulong)-record.Where(each => each.References < 0).Sum(each => each.References)));
            Assert.That(host.Xen.Memory.References, Is.EqualTo(result.ReferencesTaken - result.ReferencesDropped));
            foreach (var (domain, counted) in new[] { (host.Dom0, result.Dom0), (host.Guest, result.Guest) }) Recount(domain, counted, record.Where(each => each.Domain == domain.Id).ToList(), tables[domain.Id]);
            Assert.That(record, Has.All.Matches<XenEvent>(each => each.End > each.At));
        });
    }

    [Test]
    public void A_call_writes_at_most_64_entries_of_device_memory()
    {
        using var machine = Machine(Settings, "type-change-in-place");
        var most = 0UL;
        machine.Host.Xen.Observer = each =>
        {
            if (each.Call == XenCall.Set && each.Type == P2mType.MmioDirect) most = Math.Max(most, each.P2m.Written.Total - each.P2m.FilledBySplits.Total);
        };
        machine.Run();
        Assert.That(most, Is.EqualTo(64));
    }

    [Test]
    public void The_lock_is_held_by_one_at_a_time_and_who_waits_is_counted()
    {
        using var machine = Machine(Settings with { Burst = 8, MigrationsPerSecond = 20 }, "foreign-4k");
        var spans = new List<(long From, long To)>();
        var overhead = (long)XenCosts.Default.Hypercall;
        machine.Host.Xen.Observer = each =>
        {
            if (each.Domain == FrameOwner.Guest) spans.Add((each.At, each.End - overhead));
        };
        var result = machine.Run();
        var (held, waited, free) = (0L, 0L, 0L);
        foreach (var (from, to) in spans)
        {
            var start = Math.Max(from, free);
            waited += start - from;
            held += to - start;
            free = to;
        }

        Assert.Multiple(() =>
        {
            Assert.That(result.Guest.Lock.Holds, Is.EqualTo((ulong)spans.Count));
            Assert.That(result.Guest.Lock.HoldNanoseconds, Is.EqualTo(held));
            Assert.That(result.Guest.Lock.WaitNanoseconds, Is.GreaterThanOrEqualTo(waited).And.LessThan(waited + ((long)result.Blobs.GuestFaults * 100_000)), "the rest waited as readers: faults");
            Assert.That(waited, Is.GreaterThan(1_000_000), "eight vCPUs move buffers at the same time");
        });
    }

    [Test]
    public void Alone_nobody_waits()
    {
        var result = Run(Settings with { Vcpus = 1, TouchesPerSecond = 0 }, "foreign-4k");
        Assert.That((result.Guest.Lock.Waits, result.Dom0.Lock.Waits), Is.EqualTo((0UL, 0UL)));
    }

    [Test]
    public void Equal_seeds_give_equal_runs_and_a_workload_does_not_depend_on_the_strategy()
    {
        var (one, two, other) = (Run(Settings, "lend-2m"), Run(Settings, "lend-2m"), Run(Settings with { Seed = 2 }, "lend-2m"));
        Assert.Multiple(() =>
        {
            Assert.That(two.CostSeconds, Is.EqualTo(one.CostSeconds));
            Assert.That(two.Samples, Is.EqualTo(one.Samples));
            Assert.That(other.CostSeconds, Is.Not.EqualTo(one.CostSeconds));
            var requests = Strategy.All.Where(strategy => strategy.OnPvh).Select(strategy => Run(Settings, strategy.Id).Blobs).Select(blobs => blobs.Migrations + blobs.MigrationsAvoided + blobs.MigrationsRefused);
            Assert.That(requests.Max() - requests.Min(), Is.LessThanOrEqualTo(4), "the same moves are asked for; some find a buffer that is being made");
        });
    }

    [Test]
    public void An_hour_of_a_64_GiB_dom0_with_8_vCPUs_is_few_steps()
    {
        var settings = new XenSettings();
        Assert.That((settings.Dom0Bytes, settings.Vcpus, settings.Seconds), Is.EqualTo((64 * G1, 8, 3600)));
        using var machine = Machine(settings, "lend-2m");
        var result = machine.Run();
        Assert.That(result.Violations, Is.Empty);
        Assert.That(result.Blobs.Migrations, Is.GreaterThan(6000));
        Assert.That(machine.Simulation.Steps, Is.LessThan(2_500_000), "of which a desktop does a million a second");
    }

    private static (ulong P2m, ulong Iommu) TablesOf(XenDomain domain) => (domain.P2m?.TablesInUse ?? 0, domain.Iommu?.TablesInUse ?? 0);

    private static void Recount(XenDomain domain, DomainResult counted, List<XenEvent> record, (ulong P2m, ulong Iommu) before)
    {
        var (p2m, iommu) = (new TableChange(), new TableChange());
        foreach (var each in record)
        {
            p2m.Add(each.P2m);
            iommu.Add(each.Iommu);
        }

        Assert.That(counted.P2m, Is.EqualTo(p2m), $"{domain.Id}");
        Assert.That(counted.Iommu, Is.EqualTo(iommu), $"{domain.Id}");
        Assert.That(counted.Flushes, Is.EqualTo((ulong)record.Count(each => each.P2m.NeedsFlush)));
        Assert.That(counted.IotlbFlushes, Is.EqualTo((ulong)record.Count(each => each.Iommu.NeedsFlush || (domain.SharesP2m && each.P2m.NeedsFlush))));
        Assert.That(counted.Lock.Holds, Is.EqualTo((ulong)record.Count));
        var all = 1UL << 36;
        Assert.That(domain.P2m?.Recount(new Pfn(0), all) ?? default, Is.EqualTo(counted.Leaves), $"{domain.Id}: leaves read out of the tables");
        Assert.That(domain.Iommu?.Recount(new Pfn(0), all) ?? default, Is.EqualTo(domain.Iommu?.Leaves ?? default));
        var tables = TablesOf(domain);
        Assert.That(tables.P2m, Is.EqualTo(before.P2m + p2m.TablesTaken - p2m.TablesGivenBack), $"{domain.Id}");
        if (record.TrueForAll(each => each.Call != XenCall.DeviceMap)) Assert.That(tables.Iommu, Is.EqualTo(before.Iommu + iommu.TablesTaken - iommu.TablesGivenBack), $"{domain.Id}");
        Assert.That(p2m.FilledBySplits, Is.EqualTo(new LeafSizes(512 * p2m.Shattered.Middle, 512 * p2m.Shattered.Large, 0)));
    }
}
