using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>I-fail: after a call that failed translations, pins, charges, mappings and dirty bits are as before it, at whatever step it failed.</summary>
public class FailedCallTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    /// <summary>What a request goes over, at most 64 pages: memory in runs, and what follows it.</summary>
    public enum Layout
    {
        OneRun,
        SevenRuns,
        ReservedInside,
        MemoryThenBar,
        BarThenMemory,
        ColdBar,
    }

    private static readonly FailurePoint[] Points = [.. Enum.GetValues<FailurePoint>().Where(point => point is not (FailurePoint.Gup or FailurePoint.Unlock or FailurePoint.Table or FailurePoint.Batch or FailurePoint.Region))];

    [Test]
    public void Every_step_of_a_short_request_can_fail_once(
        [Values("6.1", "6.12", "6.15", "7.3", "fast")] string profile, [Values] Layout layout, [Values(1, 2)] int domains)
    {
        var failed = 0;
        var (tracksDirty, pages) = (domains == 2, domains == 2 ? 24 : 64);
        foreach (var point in Points)
        {
            // The number at which nothing fails any more is one more than there are steps.
            for (var number = point == FailurePoint.Page ? 0 : 1; ; number++)
            {
                Assert.That(number, Is.LessThan(1000));
                var errno = Fail(profile, layout, domains, tracksDirty, FailureScript.Of(point, number), pages);
                if (errno == Errno.None) break;
                failed++;
            }
        }

        Assert.That(failed, Is.GreaterThan(pages), "each page and a few steps more");
    }

    [Test]
    public void The_IOMMUs_tables_can_run_out_at_any_table([Values("6.1", "7.3", "fast")] string profile, [Values] Layout layout)
    {
        for (var number = 1; ; number++)
        {
            if (Fail(profile, layout, 1, false, FailureScript.Of(FailurePoint.Table, number)) != Errno.None) continue;
            Assert.That(number, Is.EqualTo(4), "three levels below the root");
            return;
        }
    }

    [Test]
    public void Zero_pages_and_fewer_pages_at_any_call_are_no_harm_since_patch_1([Values("6.15", "7.3", "fast")] string profile, [Values] Layout layout, [Values(0, 1, 5)] int pages)
    {
        for (var call = 1; call < 80; call += 3)
            Assert.That(Fail(profile, layout, 2, true, FailureScript.Of(FailurePoint.Gup, call, pages)), Is.AnyOf(Errno.None, Errno.EFAULT));
    }

    [Test]
    public void Random_scripts_over_longer_requests_leave_no_trace([Values("6.1", "6.12", "6.15", "7.3", "fast")] string profile) => RandomScripts(profile, 150);

    // dotnet test --filter "FullyQualifiedName~Ten_thousand_scripts"
    [Test, Explicit("minutes")]
    public void Ten_thousand_scripts_over_longer_requests_leave_no_trace([Values("6.1", "6.12", "6.15", "7.3", "fast")] string profile) => RandomScripts(profile, 10_000);

    private static void RandomScripts(string profile, int count)
    {
        var random = new Random(7919);
        var failed = 0;
        for (var i = 0; i < count; i++)
        {
            var parts = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Points[random.Next(Points.Length)])
                .Select(point => random.Next(6) == 0 ? $"gup:{1 + random.Next(6)}={1 + random.Next(512)}" : $"{point.ToString().ToLowerInvariant()}:{1 + random.Next(point is FailurePoint.Page or FailurePoint.Fault ? 2000 : 12)}");
            Assert.That(FailureScript.TryParse(string.Join(',', parts), out var script, out var error), Is.True, error);
            if (Fail(profile, (Layout)random.Next(6), 1 + random.Next(3), random.Next(2) == 0, script, 2 * (512 + random.Next(1536))) != Errno.None) failed++;
        }

        Assert.That(failed, Is.GreaterThan(count / 4));
    }

    /// <summary>Lets a request fail beside a mapping that stands, and compares.</summary>
    private static Errno Fail(string profile, Layout layout, int domains, bool tracksDirty, FailureScript script, int scale = 64)
    {
        using var rig = new LinuxRig(
            profile == "fast" ? KernelProfiles.Linux73 : KernelProfiles.All.Single(one => one.Name == profile), profile == "fast" ? MapPath.Fast : MapPath.Kernel, failures: script);
        // What stands before has not passed the script: its steps are counted from the request on. Where tables run out nothing can stand.
        var stands = script.FirstMissingTable is null;
        rig.Mm.Failures.IsPaused = true;
        rig.MmapRam(At + G1, RamKind.Pages4K, (Ram + (8 * G1), 3 * K4));
        var pages = Mmap(rig, layout, (ulong)scale);
        for (var i = 1; i < domains; i++) rig.Container.AttachDomain(rig.NewDomain());
        if (tracksDirty) rig.Container.StartDirtyTracking();
        if (stands)
        {
            rig.Container.AttachEmulated(new Mdev());
            Assert.That(rig.Map(Device + (4 * G1), At + G1, 3 * K4), Is.EqualTo(Errno.None));
            Assert.That(rig.Container.PinPages(new Iova(Device + (4 * G1) + K4), Permissions.Write, new Pfn[1]), Is.EqualTo(Errno.None), "held, so dirty where that is tracked");
        }

        rig.Counters.Reset();
        rig.Mm.Failures.IsPaused = false;
        var before = State(rig);
        var errno = rig.Map(Device, At, pages * K4);
        Assert.That(rig.Counters.Bugs, Is.EqualTo(KnownBugs.None));
        var who = $"{profile} {layout} {script}: {errno}";
        if (errno == Errno.None)
        {
            Assert.That(rig.Container.MappingCount, Is.EqualTo(stands ? 2 : 1), who);
            Assert.That(rig.Unmap(Device, pages * K4), Is.EqualTo(Errno.None), who);
        }

        Assert.That(State(rig), Is.EqualTo(before), who);
        Assert.That(rig.Counters.Locks!.IsIdle, Is.True, who);
        return errno;
    }

    private static ulong Mmap(LinuxRig rig, Layout layout, ulong scale)
    {
        var bytes = (ulong)scale * K4;
        var half = bytes / 2;
        switch (layout)
        {
            case Layout.OneRun:
                rig.MmapRam(At, RamKind.Thp, (Ram, bytes));
                break;
            case Layout.SevenRuns:
                rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, bytes, 7));
                break;
            case Layout.ReservedInside:
                rig.Mm.StructPages.AddNormal(new Pfn(Ram / K4), 10);
                rig.Mm.StructPages.AddNormal(new Pfn((Ram / K4) + 20), (bytes / K4) - 20);
                rig.MmapRam(At, new RamPages(RamKind.Pages4K, new RamStretch(new Pfn(Ram / K4), bytes / K4)));
                break;
            case Layout.MemoryThenBar:
                rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, half, 3));
                rig.Mmap(At + half, Physical, half);
                break;
            case Layout.BarThenMemory:
                rig.Mmap(At, Physical, half);
                rig.MmapRam(At + half, RamKind.Pages4K, RamScenarioTests.Broken(K4, half, 3));
                break;
            default:
                rig.Mmap(At, Physical + K4, bytes);
                break;
        }

        return bytes / K4;
    }

    /// <summary>All that a failed call must not change.</summary>
    private static string State(LinuxRig rig)
    {
        Assert.That(ContainerInvariants.Dmas(rig).All(dma => dma.Dirty is null || dma.Dirty.Length == (int)((dma.Pages + 63) / 64) + 1));
        var dmas = ContainerInvariants.Dmas(rig).Select(dma => $"{dma.Iova} {dma.Bytes} {dma.LockedPages} {dma.External?.Count} {(dma.Dirty is null ? "" : string.Join('.', dma.Dirty))}");
        var domains = rig.Container.Domains.Select(domain => domain.Digest().ToString());
        return $"{string.Join(';', dmas)} {rig.Container.DmaAvailable} {string.Join(';', domains)} {rig.Mm.Locked.Pages} {rig.Mm.StructPages.Pinned}";
    }
}
