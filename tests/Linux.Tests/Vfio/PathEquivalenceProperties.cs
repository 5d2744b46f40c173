using Fast.Linux;
using Fast.PageTables;
using FsCheck;
using FsCheck.NUnit;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Whatever is mmapped where: every kernel and the fast path leave what a plain page-by-page copy leaves, or fail as it does.</summary>
public class PathEquivalenceProperties
{
    [FsCheck.NUnit.Property(MaxTest = 250, Replay = "20261120,7919")]
    public void Every_path_leaves_the_map_of_a_plain_copy(DoNotSize<uint>[] pieces, DoNotSize<uint> request) => Check(new DmaLayout(pieces, request.Item, 1));

    [FsCheck.NUnit.Property(MaxTest = 6, Replay = "20261120,7919")]
    public void Every_path_leaves_the_map_of_a_plain_copy_with_1_GiB_leaves_too(DoNotSize<uint>[] pieces, DoNotSize<uint> request) =>
        Check(new DmaLayout([.. pieces.Take(2)], request.Item, 300));

    private static void Check(DmaLayout layout)
    {
        if (layout.Pages == 0) return;
        var expected = layout.PlainCopy();
        MappingDigest? digest = null;
        LeafSizeCounts? leaves = null;
        foreach (var path in Enum.GetValues<MapPath>())
        {
            foreach (var profile in KernelProfiles.All)
            {
                var who = $"{path} {profile.Name}";
                using var rig = new LinuxRig(profile, path, layout.Thp);
                layout.Mmap(rig);
                var errno = rig.Map(layout.Iova, layout.Va, layout.Pages * K4, layout.Permissions);
                Assert.That(errno, Is.EqualTo(expected is null ? Errno.EFAULT : Errno.None), who);
                if (expected is null) Assert.That(rig.IommuLeaves.Total, Is.Zero, who);
                else
                {
                    CheckFrames(rig, layout.Iova, expected, who);
                    if (path == MapPath.Kernel) CheckCounters(rig.Mapped, expected, who);
                    Assert.That(rig.Digest, Is.EqualTo(digest ??= rig.Digest), who);
                    // Areas of different rights are different runs to the fast path, whatever the device is allowed.
                    if (layout.IsUniform) Assert.That(rig.IommuLeaves, Is.EqualTo(leaves ??= rig.IommuLeaves), who);
                    CheckUnmap(rig, layout, expected, path, who);
                }
            }
        }
    }

    private static void CheckFrames(LinuxRig rig, ulong iova, ulong[] frames, string who)
    {
        for (var page = 0; page < frames.Length; page++)
        {
            var frame = rig.FrameAt(iova + ((ulong)page * K4));
            if (frame != frames[page]) Assert.Fail($"{who}: page {page} is {frame:x}, not {frames[page]:x}");
        }

        Assert.That(rig.FrameAt(iova - K4) is null && rig.FrameAt(iova + ((ulong)frames.Length * K4)) is null, Is.True, who);
    }

    private static void CheckCounters(MapCounters counters, ulong[] frames, string who)
    {
        var breaks = Breaks(frames);
        Assert.That(counters.GupAttempts, Is.EqualTo(counters.VaddrGetPfns), who);
        Assert.That(counters.Lookups, Is.EqualTo(counters.VaddrGetPfns + counters.Faults), who);
        Assert.That(counters.LeavesVisited, Is.EqualTo(counters.VaddrGetPfns), who);
        Assert.That(counters.Chunks, Is.EqualTo(breaks + 1), who);
        Assert.That(counters.IommuMapCalls, Is.EqualTo(breaks + 1), who);
        Assert.That(counters.Pins, Is.Zero, who);
    }

    private static void CheckUnmap(LinuxRig rig, DmaLayout layout, ulong[] frames, MapPath path, string who)
    {
        var leaves = (long)rig.IommuLeaves.Total;
        rig.Counters.Reset();
        Assert.That(rig.Unmap(layout.Iova, layout.Pages * K4), Is.EqualTo(Errno.None), who);
        Assert.That(rig.IommuLeaves.Total, Is.Zero, who);
        var (runs, questions) = (Breaks(frames) + 1, frames.Length + Breaks(frames));
        var expected = path == MapPath.Fast
            ? new UnmapCounters { LeavesVisited = leaves, IotlbSyncs = 1 }
            : new UnmapCounters
            {
                IovaToPhys = questions, LeavesVisited = questions, IommuUnmapCalls = runs, IotlbSyncs = (runs + 511) / 512, ReservedTests = frames.Length,
            };
        Assert.That(rig.Unmapped, Is.EqualTo(expected), who);
    }

    private static int Breaks(ulong[] frames) => DmaLayout.Breaks(frames);
}
