using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>
/// The invariants of a container, each by its name (kernel.md, section 9): after every call of random sequences on every kernel and the fast path. Those of the address space,
/// of KVM and of the tables stand in <see cref="TableInvariantTests"/>.
/// </summary>
public class InvariantTests
{
    private const int Few = 6;

    [Test]
    public void I_pin_each_normal_page_has_a_pin_per_mapping_and_one_for_its_external_holders() => After(1, (rig, dmas, frameOf, where) => ContainerInvariants.Pins(rig, dmas, frameOf, where));

    [Test]
    public void I_none_no_reserved_frame_has_a_pin() => After(2, (rig, dmas, frameOf, where) =>
    {
        foreach (var dma in dmas)
        {
            for (ulong page = 0; page < dma.Pages; page++)
            {
                if (frameOf(dma.Va.Value + (page * K4)) is { } frame && rig.Mm.StructPages.IsInvalidReserved(new Pfn(frame)))
                    Assert.That(rig.Mm.StructPages.PinsOf(new Pfn(frame)), Is.Zero, where);
            }
        }
    });

    [Test]
    public void I_map_every_domain_translates_every_page_to_the_frame_of_the_process() => After(3, (rig, dmas, frameOf, where) => ContainerInvariants.MapAndCover(rig, dmas, frameOf, where));

    [Test]
    public void I_cover_what_domains_translate_is_what_mappings_hold_and_all_domains_are_equal() => After(4, (rig, dmas, frameOf, where) =>
    {
        ContainerInvariants.MapAndCover(rig, dmas, frameOf, where);
        Assert.That(rig.Container.Domains.Select(domain => domain.Digest()).Distinct().Count(), Is.LessThanOrEqualTo(1), where);
    });

    [Test]
    public void I_fail_a_map_that_fails_leaves_everything_as_it_was()
    {
        var (state, failed) = ("", 0);
        ScriptRuns.Each(
            Few,
            5,
            step =>
            {
                if (!step.Script.Text(step.Index).Split('\n')[^1].Contains(": map ", StringComparison.Ordinal) || step.Answer == "None") return;
                Assert.That(State(step.Rig), Is.EqualTo(state), step.Where);
                failed++;
            },
            (rig, _, _) => state = State(rig));
        Assert.That(failed, Is.GreaterThan(50));
    }

    [Test]
    public void I_disjoint_mappings_do_not_intersect_and_lie_in_one_window_each() => After(6, (rig, dmas, _, where) => ContainerInvariants.Disjoint(rig, dmas, where));

    [Test]
    public void I_avail_entries_left_and_used_make_the_limit() => After(7, (rig, dmas, _, where) => ContainerInvariants.Available(rig, dmas, where));

    [Test]
    public void I_lock_the_process_is_charged_for_what_its_mappings_hold() => After(8, (rig, dmas, frameOf, where) => ContainerInvariants.Lock(rig, dmas, frameOf, where));

    [Test]
    public void I_batch_never_holds_more_than_512_and_is_empty_before_it_is_freed()
    {
        // Every path through the batch, failures included; it throws on the first wrong count.
        foreach (var text in new[] { "gup:1=1", "gup:2=7,page:40", "lock:1", "map:2", "page:3", "batch:1", "signal:2", "batch:1,map:2" })
        {
            foreach (var profile in KernelProfiles.All)
            {
                Assert.That(FailureScript.TryParse(text, out var script, out _), Is.True);
                using var rig = new LinuxRig(profile, failures: script);
                rig.MmapRam(512 * G1, RamKind.Pages4K, RamScenarioTests.Broken(K4, 2 * M2, 5));
                Assert.That(() => rig.Map(0, 512 * G1, 2 * M2), Throws.Nothing, $"{profile.Name} {text}");
            }
        }

        var batch = new VfioBatch();
        batch.Init(single: false);
        Assert.That(() => batch.Refill(513), Throws.InvalidOperationException);
        batch.Refill(512);
        batch.Consume(511);
        Assert.That((batch.Offset, batch.Size), Is.EqualTo((511, 1)));
        Assert.That(() => batch.Consume(2), Throws.InvalidOperationException);
        batch.Init(single: true);
        Assert.That(() => batch.Refill(2), Throws.InvalidOperationException);
    }

    [Test]
    public void I_nz_no_lookup_yields_zero_pages() => ScriptRuns.Steps("I-nz", Few, 10);

    [Test]
    public void I_progress_each_round_maps_a_page_at_least() => ScriptRuns.Steps("I-progress", Few, 11);

    [Test]
    public void I_leaf_a_lookup_yields_the_frames_of_one_leaf_and_no_more_than_wanted() => ScriptRuns.Steps("I-leaf", Few, 12);

    [Test]
    public void I_align_a_leaf_begins_at_a_frame_that_is_a_multiple_of_it() => After(13, (rig, _, _, where) => ContainerInvariants.Align(rig, where));

    [Test]
    public void I_chunk_a_map_gets_consecutive_frames_of_one_kind_and_as_many_as_there_are() => ScriptRuns.Steps("I-chunk", Few, 14);

    [Test]
    public void I_rsvd_a_mapping_with_a_reserved_frame_says_so() => After(15, (rig, dmas, frameOf, where) => ContainerInvariants.Reserved(rig, dmas, frameOf, where));

    [Test]
    public void I_lockorder_locks_are_taken_from_the_outside_in_and_nothing_sleeps_under_a_page_tables()
    {
        var taken = 0L;
        After(16, (rig, _, _, where) =>
        {
            ContainerInvariants.LockOrder(rig, where);
            taken += rig.Counters.Locks!.Taken[(int)ModelledLock.PageTable];
        });
        Assert.That(taken, Is.Positive);
        var locks = new LockRecorder();
        locks.Take(ModelledLock.Container);
        locks.Take(ModelledLock.MmapRead);
        Assert.That(() => locks.Take(ModelledLock.MmapWrite), Throws.InvalidOperationException, "accounting under the read lock");
        Assert.That(() => locks.Take(ModelledLock.Container), Throws.InvalidOperationException, "a second map");
        Assert.That(() => locks.Require("iommu_map", ModelledLock.Container), Throws.InvalidOperationException, "under mmap_lock");
        locks.Take(ModelledLock.PageTable);
        Assert.That(() => locks.Require("a fault", ModelledLock.MmapRead), Throws.InvalidOperationException, "under a spin lock");
        Assert.That(() => locks.Release(ModelledLock.MmapRead), Throws.InvalidOperationException, "not the last one");
    }

    [Test]
    public void I_sync_nothing_goes_back_before_the_flush_that_covers_it_and_512_stretches_wait_at_most() => ScriptRuns.Steps("I-sync", 2 * Few, 17);

    [Test]
    public void I_unmap_removes_exactly_the_mappings_inside_or_nothing()
    {
        var random = new Random(18);
        for (var round = 0; round < 60; round++)
        {
            foreach (var path in Enum.GetValues<MapPath>())
            {
                using var rig = new LinuxRig(KernelProfiles.All[round % 4], path);
                rig.MmapRam(512 * G1, RamKind.Thp, (16 * G1, M2));
                for (ulong slot = 0; slot < 12; slot++)
                {
                    if (random.Next(3) != 0) Assert.That(rig.Map(64 * G1 + (slot * 8 * K4), 512 * G1 + (slot * 8 * K4), (ulong)random.Next(1, 9) * K4), Is.EqualTo(Errno.None));
                }

                var dmas = ContainerInvariants.Dmas(rig);
                var (first, pages) = (64 * G1 + ((ulong)random.Next(96) * K4), (ulong)random.Next(1, 60));
                var last = first + (pages * K4) - 1;
                var isCut = dmas.Any(dma => (dma.Iova.Value < first && dma.Last.Value >= first) || (dma.Iova.Value <= last && dma.Last.Value > last));
                var inside = dmas.Where(dma => dma.Iova.Value >= first && dma.Last.Value <= last).ToList();
                var errno = rig.Container.UnmapDma(new Iova(first), pages * K4, out var unmapped);
                Assert.That((errno, unmapped), Is.EqualTo(isCut ? (Errno.EINVAL, 0UL) : (Errno.None, (ulong)inside.Sum(dma => (long)dma.Bytes))));
                Assert.That(ContainerInvariants.Dmas(rig).Select(dma => dma.Iova), Is.EqualTo(dmas.Where(dma => isCut || !inside.Contains(dma)).Select(dma => dma.Iova)));
            }
        }
    }

    private static void After(int seed, Action<LinuxRig, List<VfioDma>, Func<ulong, ulong?>, string> check) =>
        ScriptRuns.Each(Few, seed, step => check(step.Rig, ContainerInvariants.Dmas(step.Rig), step.Script.FrameOf, step.Where));

    private static string State(LinuxRig rig) => string.Join(
        ' ',
        [
            .. ContainerInvariants.Dmas(rig).Select(dma => $"{dma.Iova} {dma.Bytes} {dma.LockedPages} {string.Concat(dma.Dirty ?? [])};"),
            $"{rig.Container.DmaAvailable} {rig.Mm.Locked.Pages} {rig.Mm.StructPages.Pinned}",
            .. rig.Container.Domains.Select(domain => domain.Digest().ToString()),
        ]);
}
