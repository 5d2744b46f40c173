using Fast.Linux;
using Fast.PageTables;
using FsCheck;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Whatever the IOMMU: every kernel and the fast path leave the same map in leaves of the same sizes, and take it down again.</summary>
public class KindEquivalenceProperties
{
    [FsCheck.NUnit.Property(MaxTest = 240, Replay = "20261120,7927")]
    public void Every_path_leaves_the_same_map_in_the_tables_of_every_IOMMU(DoNotSize<uint>[] pieces, DoNotSize<uint> request, byte kind) =>
        Check(new DmaLayout(pieces, request.Item, 1), IommuKinds.All[kind % IommuKinds.All.Length]);

    [FsCheck.NUnit.Property(MaxTest = 6, Replay = "20261120,7927")]
    public void So_it_is_with_1_GiB_and_more(DoNotSize<uint>[] pieces, DoNotSize<uint> request) => Check(new DmaLayout([.. pieces.Take(2)], request.Item, 300), IommuKinds.AmdV1);

    [Test]
    public void Every_kind_is_tried_with_a_layout_of_many_sizes([Range(0, 15)] int kind)
    {
        uint[] pieces = [0x0040_0a35, 0x0000_5c11, 0x8000_1043, 0x0020_13ff, 0x0060_6fff];
        foreach (var request in new uint[] { 0, 1, 0x0080_0000, 0x0200_0003 })
            Check(new DmaLayout([.. pieces.Select(DoNotSize<uint>.NewDoNotSize)], request, 1), IommuKinds.All[kind]);
    }

    private static void Check(DmaLayout layout, IommuKind kind)
    {
        if (layout.Pages == 0) return;
        var expected = layout.PlainCopy();
        MappingDigest? digest = null;
        LeafSizeCounts? sizes = null;
        foreach (var path in Enum.GetValues<MapPath>())
        {
            foreach (var profile in KernelProfiles.All)
            {
                var who = $"{kind.Id} {path} {profile.Name}";
                using var rig = new LinuxRig(profile, path, layout.Thp, iommu: kind);
                layout.Mmap(rig);
                var errno = rig.Map(layout.Iova, layout.Va, layout.Pages * K4, layout.Permissions);
                Assert.That(errno, Is.EqualTo(expected is null ? Errno.EFAULT : Errno.None), who);
                if (expected is null)
                {
                    Assert.That(rig.IommuLeaves.Total, Is.Zero, who);
                    continue;
                }

                CheckFrames(rig, layout.Iova, expected, who);
                Assert.That(rig.Digest, Is.EqualTo(digest ??= rig.Digest), who);
                // Areas of different rights are different runs to the fast path, whatever the device is allowed.
                if (layout.IsUniform) Assert.That(rig.IommuLeaves, Is.EqualTo(sizes ??= rig.IommuLeaves), who);
                CheckUnmap(rig, layout, expected, path, who);
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

    private static void CheckUnmap(LinuxRig rig, DmaLayout layout, ulong[] frames, MapPath path, string who)
    {
        var leaves = rig.IommuLeaves;
        rig.Counters.Reset();
        Assert.That(rig.Unmap(layout.Iova, layout.Pages * K4), Is.EqualTo(Errno.None), who);
        Assert.That(rig.IommuLeaves.Total, Is.Zero, who);
        var byEntry = rig.Domain.UnmapsWholeEntries;
        var stretches = byEntry ? (long)leaves.Total : DmaLayout.Breaks(frames) + 1;
        var questions = byEntry ? stretches : frames.Length + DmaLayout.Breaks(frames);
        var expected = path == MapPath.Fast
            ? new UnmapCounters { LeavesVisited = Entries(rig.Domain.Facts, leaves), IotlbSyncs = 1 }
            : new UnmapCounters
            {
                IovaToPhys = questions, LeavesVisited = questions, IommuUnmapCalls = stretches, IotlbSyncs = (stretches + 511) / 512, ReservedTests = frames.Length,
            };
        Assert.That(rig.Unmapped, Is.EqualTo(expected), who);
    }

    /// <summary>How many items leaves take: each those of the largest level that is not larger than it.</summary>
    private static long Entries(FormatFacts facts, LeafSizeCounts leaves)
    {
        long entries = 0;
        foreach (var (size, count) in leaves) entries += (long)count << (size.Shift - facts.Levels.Where(level => level.CanLeaf).Max(level => level.Shift <= size.Shift ? level.Shift : 0));
        return entries;
    }
}
