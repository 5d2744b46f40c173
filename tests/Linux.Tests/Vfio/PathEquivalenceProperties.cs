using Fast.Linux;
using Fast.PageTables;
using FsCheck;
using FsCheck.NUnit;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Whatever is mmapped where: every kernel and the fast path leave what a plain page-by-page copy leaves, or fail as it does.</summary>
public class PathEquivalenceProperties
{
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [FsCheck.NUnit.Property(MaxTest = 250, Replay = "20261120,7919")]
    public void Every_path_leaves_the_map_of_a_plain_copy(DoNotSize<uint>[] pieces, DoNotSize<uint> request) => Check(new Layout(pieces, request.Item, 1));

    [FsCheck.NUnit.Property(MaxTest = 6, Replay = "20261120,7919")]
    public void Every_path_leaves_the_map_of_a_plain_copy_with_1_GiB_leaves_too(DoNotSize<uint>[] pieces, DoNotSize<uint> request) =>
        Check(new Layout([.. pieces.Take(2)], request.Item, 300));

    private static void Check(Layout layout)
    {
        if (layout.Pages == 0) return;
        var expected = layout.PlainCopy();
        MappingDigest? digest = null;
        LeafCounts? leaves = null;
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

    private static void CheckUnmap(LinuxRig rig, Layout layout, ulong[] frames, MapPath path, string who)
    {
        var leaves = (long)rig.IommuLeaves.Total;
        rig.Counters.Reset();
        Assert.That(rig.Unmap(layout.Iova, layout.Pages * K4), Is.EqualTo(Errno.None), who);
        Assert.That(rig.IommuLeaves.Total, Is.Zero, who);
        var (runs, questions) = (Breaks(frames) + 1, frames.Length + Breaks(frames));
        var expected = path == MapPath.Fast
            ? new UnmapCounters { LeavesVisited = leaves }
            : new UnmapCounters
            {
                IovaToPhys = questions, LeavesVisited = questions, IommuUnmapCalls = runs, IotlbSyncs = (runs + 511) / 512, ReservedTests = frames.Length,
            };
        Assert.That(rig.Unmapped, Is.EqualTo(expected), who);
    }

    private static int Breaks(ulong[] frames) => frames.Zip(frames.Skip(1)).Count(pair => pair.Second != pair.First + 1);

    /// <summary>What random bits say about areas and a request.</summary>
    private sealed class Layout
    {
        private readonly List<(ulong Va, ulong Physical, ulong Pages, AreaFlags Flags, bool Warm)> _areas = [];

        public Layout(DoNotSize<uint>[] pieces, uint request, ulong scale)
        {
            var va = At + ((request & 1) * ((request >> 1) & 1023) * K4);
            var physical = 1024 * G1;
            foreach (var bits in pieces.Select(piece => piece.Item))
            {
                var pages = (1 + (bits & 1023)) * (((bits >> 22) & 3) == 0 ? 3 * scale : 1UL);
                if (((bits >> 13) & 15) == 0) va += (1 + ((bits >> 25) & 31)) * K4;
                physical = ((bits >> 10) & 7) switch
                {
                    0 or 1 or 2 => physical,
                    3 or 4 => (1024 * G1) + (((bits >> 25) & 63) * G1) + (va % G1),
                    5 => (1024 * G1) + (((bits >> 25) & 63) * G1) + (va % M2),
                    6 => (1024 * G1) + (va % G1) + K4,
                    _ => (1024 * G1) + ((bits >> 3) * K4),
                };
                var writable = ((bits >> 17) & 15) != 0 ? AreaFlags.Write : AreaFlags.None;
                _areas.Add((va, physical, pages, AreaFlags.Read | AreaFlags.Shared | writable, ((bits >> 21) & 1) != 0));
                va += pages * K4;
                physical += pages * K4;
            }

            if (_areas.Count == 0) return;
            var span = (va - _areas[0].Va) / K4;
            var skip = ((request >> 11) & 3) == 0 ? span * ((request >> 13) & 15) / 16 : 0;
            var cut = ((request >> 17) & 3) == 0 ? (span - skip) * ((request >> 19) & 15) / 16 : 0;
            Va = _areas[0].Va + (skip * K4);
            Pages = span - skip - cut;
            // Congruent to the first area's frames, or off by a little.
            Iova = Device + ((_areas[0].Physical + (skip * K4)) % G1) + (((request >> 23) & 3) * K4) + (((request >> 25) & 1) * M2);
            Permissions = (request >> 26) % 4 == 0 ? Permissions.Read : Permissions.ReadWrite;
            Thp = (ThpPolicy)((request >> 28) % 3);
        }

        public ulong Va { get; }

        public ulong Iova { get; }

        public ulong Pages { get; }

        public Permissions Permissions { get; }

        public ThpPolicy Thp { get; }

        public bool IsUniform => _areas.All(area => area.Flags == _areas[0].Flags);

        public void Mmap(LinuxRig rig)
        {
            foreach (var (va, physical, pages, flags, warm) in _areas)
            {
                rig.Mmap(va, physical, pages * K4, flags);
                if (warm) rig.Warm(va, pages * K4);
            }
        }

        /// <summary>Frame of each page, or <see langword="null"/> when one is missing or not allowed.</summary>
        public ulong[]? PlainCopy()
        {
            var frames = new ulong[Pages];
            for (ulong page = 0; page < Pages; page++)
            {
                var va = Va + (page * K4);
                var area = _areas.FindIndex(one => va >= one.Va && va < one.Va + (one.Pages * K4));
                if (area < 0 || (Permissions.HasFlag(Permissions.Write) && !_areas[area].Flags.HasFlag(AreaFlags.Write))) return null;
                frames[page] = (_areas[area].Physical + (va - _areas[area].Va)) / K4;
            }

            return frames;
        }
    }
}
