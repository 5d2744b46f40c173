using Fast.Machines;
using Fast.Machines.Xen;
using Fast.PageTables;
using static Fast.Tests.Xen.XenRig;

namespace Fast.Tests.Xen;

/// <summary>What the model is there to show, each with its number and with what turns it round.</summary>
public sealed class OutcomeTests
{
    private static readonly XenSettings Large = Middle with { SmallestBytes = 64 * (M2 / 2), LargestBytes = 64 * (M2 / 2), Buffers = 4, VramShare = 0, MigrationsPerSecond = 0, TouchesPerSecond = 0, LifetimeSeconds = 1e5, Seconds = 1 };

    [Test]
    public void One_a_buffer_of_64_MiB_is_16384_extents_for_the_GPU_of_a_PV_dom0_and_one_of_a_PVH_dom0()
    {
        var pv = Run(Large with { Dom0 = Dom0Mode.Pv }, "lend-2m").Blobs;
        var pvh = Run(Large, "lend-2m").Blobs;
        Assert.Multiple(() =>
        {
            // Two frames that follow each other by chance make one extent less.
            Assert.That(pv.DeviceExtents / (double)pv.DeviceBuffers, Is.EqualTo(16384).Within(2));
            Assert.That((pvh.DeviceBuffers, pvh.DeviceExtents), Is.EqualTo((4UL, 4UL)));
            Assert.That(pvh.LongestDevicePages, Is.EqualTo(16384));
        });
    }

    [Test]
    public void One_reversed_a_PV_dom0_that_is_not_scattered_or_exchanges_or_has_a_PV_IOMMU_gives_one()
    {
        var pv = Large with { Dom0 = Dom0Mode.Pv };
        Assert.Multiple(() =>
        {
            Assert.That(Run(pv with { ScatterBytes = 8 * G1 }, "lend-2m").Blobs.DeviceExtents, Is.InRange(4, 8), "the domain was built of blocks of 1 GiB");
            Assert.That(Run(pv, "pv-exchange").Blobs.DeviceExtents, Is.EqualTo(4));
            Assert.That(Run(pv, "pv-iommu").Blobs.DeviceExtents, Is.EqualTo(4));
            Assert.That(Run(pv with { ExchangeOrder = 12 }, "pv-exchange").Dom0.Lock.Holds, Is.EqualTo(4 * 4), "a hardware-only domain asks four times, for 16 MiB each");
            Assert.That(Run(pv with { HeapBytes = 0 }, "pv-exchange").Blobs.FailedOrders.Keys, Is.EqualTo(Enumerable.Range(1, 14)), "an empty heap has no block of any order");
        });
    }

    [Test]
    public void Two_changes_in_place_shatter_dom0s_superpages_and_nothing_heals_them()
    {
        using var machine = Machine(Middle with { Dom0 = Dom0Mode.PvhEptShared, AlignmentBytes = K4 }, "type-change-in-place");
        var before = machine.Host.Dom0.P2m!.Leaves;
        var result = machine.Run();
        var large = result.Samples.Select(sample => sample.Dom0.Large).ToArray();
        machine.End();
        Assert.Multiple(() =>
        {
            Assert.That(before, Is.EqualTo(new LeafSizes(0, 0, 8)));
            Assert.That(large, Is.Ordered.Descending, "never one more");
            Assert.That(large[^1], Is.LessThanOrEqualTo(1), "but for the kernel's own, all are gone");
            Assert.That(result.Dom0.P2m.Shattered.Large, Is.EqualTo(8 - large[^1]));
            Assert.That(result.Dom0.P2m.FilledBySplits, Is.EqualTo(new LeafSizes(512 * result.Dom0.P2m.Shattered.Middle, 512 * result.Dom0.P2m.Shattered.Large, 0)));
            Assert.That(machine.Host.Buffers, Is.Empty);
            Assert.That(machine.Host.Dom0.P2m!.Leaves.Small, Is.GreaterThan(1000), "not even when every buffer is gone");
        });
    }

    [Test]
    public void Two_reversed_a_pass_that_merges_brings_the_leaves_back_to_the_count_before()
    {
        using var machine = Machine(Middle with { AlignmentBytes = K4 }, "type-change-in-place");
        var (leaves, tables) = (machine.Host.Dom0.P2m!.Leaves, machine.Host.Dom0.P2m.TablesInUse);
        machine.Run();
        machine.End();
        machine.Simulation.Start(machine.OnDom0(machine.Host.Collapse()));
        machine.Simulation.RunOut();
        Assert.That((machine.Host.Dom0.P2m.Leaves, machine.Host.Dom0.P2m.TablesInUse), Is.EqualTo((leaves, tables)));
    }

    [TestCase(Dom0Mode.PvhNptMirrored)]
    [TestCase(Dom0Mode.PvhEptMirrored)]
    public void Three_a_table_of_the_IOMMUs_own_doubles_the_writes_exactly(Dom0Mode dom0)
    {
        foreach (var strategy in (string[])["ownership-transfer", "frontend-allocates"])
        {
            var work = Run(Middle with { Dom0 = dom0 }, strategy).Dom0;
            Assert.That(work.Iommu.Written, Is.EqualTo(work.P2m.Written), strategy);
            Assert.That(work.P2m.Written.Total, Is.GreaterThan(100_000), strategy);
        }
    }

    [Test]
    public void Three_reversed_an_IOMMU_that_walks_the_EPT_writes_nothing_and_nor_does_any_where_only_types_change()
    {
        var shared = Run(Middle, "ownership-transfer").Dom0;
        var mirrored = Run(Middle with { Dom0 = Dom0Mode.PvhEptMirrored }, "ownership-transfer").Dom0;
        var types = Run(Middle with { Dom0 = Dom0Mode.PvhNptMirrored }, "type-change-in-place").Dom0;
        Assert.Multiple(() =>
        {
            Assert.That(shared.Iommu.Written.Total, Is.Zero);
            Assert.That(shared.P2m.Written, Is.EqualTo(mirrored.P2m.Written), "the map itself costs the same");
            Assert.That(types.P2m.Written.Total, Is.GreaterThan(10_000));
            Assert.That(types.Iommu.Written.Total, Is.Zero, "p2m_pt_set_entry tells the IOMMU only of other frames or rights");
        });
    }

    [Test]
    public void Three_for_a_guest_with_a_device_lent_pages_are_not_written_and_all_others_twice()
    {
        var settings = Middle with { GuestIommu = GuestIommu.Own };
        var (lent, foreign) = (Run(settings, "lend-2m").Guest, Run(settings, "foreign-4k").Guest);
        Assert.That((lent.Iommu.Written.Total, lent.P2m.Written.Total > 1000), Is.EqualTo((0UL, true)));
        Assert.That(foreign.Iommu.Written, Is.EqualTo(foreign.P2m.Written));
        Assert.That(Run(Middle with { GuestIommu = GuestIommu.Shared }, "foreign-4k").Guest.Iommu.Written.Total, Is.Zero);
        Assert.That(() => Machine(Middle with { GuestIommu = GuestIommu.Shared }, "lend-2m"), Throws.ArgumentException.With.Message.Contains("use guestIommu own"));
    }

    [Test]
    public void Four_lending_2_MiB_takes_a_512th_of_the_entries_and_of_the_faults()
    {
        // Every vCPU reads whole buffers, so that everything comes back after every move.
        var settings = Large with { TouchesPerSecond = 2, TouchBytes = 64UL << 20, MigrationsPerSecond = 2, Burst = 1, WorkingSet = 1, Vcpus = 2, Seconds = 10 };
        var (small, middle) = (Run(settings, "lend-4k"), Run(settings, "lend-2m"));
        Assert.Multiple(() =>
        {
            Assert.That(small.Blobs.Migrations, Is.EqualTo(middle.Blobs.Migrations));
            Assert.That(small.Guest.P2m.Written.Total / (double)middle.Guest.P2m.Written.Total, Is.EqualTo(512).Within(60));
            Assert.That(small.Blobs.GuestFaults / (double)middle.Blobs.GuestFaults, Is.EqualTo(512).Within(100), "accesses that a move interrupts fault once, whatever the leaf");
            Assert.That(middle.Guest.Leaves.Small, Is.Zero);
        });
    }

    [Test]
    public void Four_reversed_where_frames_are_scattered_lending_2_MiB_writes_what_4_KiB_writes()
    {
        var scattered = Large with { Dom0 = Dom0Mode.Pv };
        Assert.That(Run(scattered, "lend-2m").Guest.P2m.Written, Is.EqualTo(Run(scattered, "lend-4k").Guest.P2m.Written));
    }

    [Test]
    public void Five_lent_memory_comes_back_within_the_budget_and_granted_memory_when_the_guest_likes()
    {
        var settings = Middle with { BudgetMilliseconds = 20, HoldsShare = 0.2, MigrationsPerSecond = 10 };
        var (lent, granted) = (Run(settings, "lend-2m").Blobs, Run(settings, "grant").Blobs);
        Assert.Multiple(() =>
        {
            Assert.That(lent.Revocations, Is.GreaterThan(300));
            Assert.That(lent.RevocationsOverBudget, Is.Zero);
            Assert.That(lent.LongestRevocation, Is.LessThan(1_000_000), "nanoseconds");
            Assert.That(granted.RevocationsOverBudget / (double)granted.Revocations, Is.EqualTo(0.1).Within(0.05), "a fifth of those from dom0's memory, which are half of all");
            Assert.That(granted.LongestRevocation, Is.GreaterThanOrEqualTo(20_000_000));
            Assert.That(granted.Migrations + (ulong)granted.RevocationsOverBudget, Is.InRange((ulong)granted.Revocations, (ulong)granted.Revocations + 4), "those moves did not happen");
        });
    }

    [Test]
    public void Five_reversed_a_guest_that_lets_go_at_once_makes_grants_revocable()
    {
        var granted = Run(Middle with { BudgetMilliseconds = 20, HoldsShare = 0, ReleaseMicroseconds = 10 }, "grant").Blobs;
        Assert.That((granted.RevocationsOverBudget, granted.Revocations), Is.EqualTo((0, (int)granted.Migrations)));
    }

    [Test]
    public void Six_a_fixed_pool_never_moves_and_sets_memory_aside()
    {
        var pool = Run(Middle, "fixed-pool");
        Assert.Multiple(() =>
        {
            Assert.That((pool.Blobs.Migrations, pool.Guest.Flushes, pool.Blobs.GuestFaults), Is.EqualTo((0UL, 0UL, 0UL)));
            Assert.That(pool.Blobs.MigrationsAvoided, Is.GreaterThan(50));
            Assert.That(pool.Guest.P2m.Written, Is.EqualTo(new LeafSizes(0, 1024, 0)), "mapped once, by 2 MiB");
            Assert.That(pool.Calls, Is.EqualTo(1024 / 64));
            Assert.That(pool.Blobs.ReservedBytes, Is.EqualTo(2 * G1));
        });
    }

    [Test]
    public void Six_reversed_a_pool_that_is_too_small_refuses_buffers_and_other_strategies_set_nothing_aside()
    {
        Assert.That(Run(Middle with { PoolBytes = 32 * M2 }, "fixed-pool").Blobs.Refused, Is.GreaterThan(10));
        var lent = Run(Middle, "lend-2m").Blobs;
        Assert.That((lent.Refused, lent.ReservedBytes), Is.EqualTo((0UL, 0UL)));
        Assert.That(lent.Migrations, Is.GreaterThan(50));
    }

    [Test]
    public void Seven_changes_in_place_win_while_nothing_moves_and_lose_against_a_pool_from_some_rate_on()
    {
        var result = Rates(0, 0.05, 0.2, 1, 5);
        var crossovers = Crossover.Of(result).ToDictionary(each => each.Other);
        Assert.Multiple(() =>
        {
            Assert.That(crossovers.Values, Has.All.Property(nameof(Crossover.FirstWinsAtLowest)).True, "rate 0: in place wins against each");
            Assert.That(crossovers["pool"].Rate, Is.InRange(0.001, 0.05));
            Assert.That(crossovers["frontend"].Rate, Is.InRange(0.05, 2), "what costs a map of 4 KiB entries once pays off later");
            Assert.That(crossovers["foreign"].Rate, Is.Null, "foreign frames never pay off");
        });
    }

    [Test]
    public void Seven_reversed_where_buffers_never_move_the_rate_changes_nothing()
    {
        var pool = Rates(0, 5).Runs.Where(each => each.Run.Name == "pool").Select(each => each.Result.CostSeconds);
        Assert.That(pool.Distinct().Count(), Is.EqualTo(1));
    }

    private static XenScenarioResult Rates(params double[] rates)
    {
        var settings = Large with { VramShare = 0.5, TouchesPerSecond = 60, Burst = 1, WorkingSet = 1, Seconds = 120, PoolBytes = 4 * G1 };
        var scenario = new XenScenario
        {
            Title = "t",
            Source = "s",
            Rates = [.. rates],
            Runs =
            [
                new("in place", Strategy.Find("type-change-in-place")!, settings), new("pool", Strategy.Find("fixed-pool")!, settings),
                new("frontend", Strategy.Find("frontend-allocates")!, settings), new("foreign", Strategy.Find("foreign-4k")!, settings),
            ],
        };
        return new XenRunner(XenCosts.Default).Run(scenario);
    }
}
