using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>The invariants of the address space and of the IOMMU's tables, each by its name (kernel.md, section 9).</summary>
public class TableInvariantTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    private static readonly KernelProfile[] s_huge = [KernelProfiles.Linux612, KernelProfiles.Linux73];

    [Test]
    public void I_zap_decode_off_leaves_no_translation_in_any_process_and_the_devices_mapping([Values("6.1", "6.12", "7.3")] string profile, [Values] MapPath path)
    {
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), path);
        rig.Mmap(At, Physical, 4 * M2);
        rig.Mmap(At + (8 * M2) + K4, Physical + G1, M2);
        Assert.That(rig.Map(Device, At, 4 * M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.Populate(new Va(At + (8 * M2) + K4), M2, write: true), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.Fork(out var child), Is.EqualTo(Errno.None));
        rig.Device.SetMemoryDecode(false);
        foreach (var mm in new[] { rig.Mm, child! })
        {
            Assert.That(mm.Table.CountLeaves(Everything).Total, Is.Zero);
            Assert.That(mm.FixupUserFault(new Va(At), write: false), Is.EqualTo(Errno.EFAULT), "SIGBUS");
        }

        Assert.That(rig.FrameAt(Device + M2), Is.EqualTo((Physical + M2) / K4), "type1 is not told");
        rig.Device.SetMemoryDecode(true);
        Assert.That(rig.Mm.FixupUserFault(new Va(At), write: false), Is.EqualTo(Errno.None));
        child!.Exit();
    }

    [Test]
    public void I_refault_leaves_are_as_large_as_congruence_bounds_and_standing_tables_allow()
    {
        var random = new Random(20);
        for (var round = 0; round < 40; round++)
        {
            using var rig = new LinuxRig(s_huge[round % 2]);
            var va = At + ((ulong)random.Next(600) * K4) + ((ulong)random.Next(3) * M2);
            var physical = Physical + (random.Next(4) switch { 0 => va % G1, 1 => va % M2, 2 => (va + K4) % G1, _ => (va + M2) % G1 });
            var bytes = (ulong)random.Next(1, 2000) * K4 + (random.Next(3) == 0 ? (2 * G1) : 0);
            if (((physical - va) & (M2 - 1)) != 0) bytes = Math.Min(bytes, 8 * M2);
            rig.Mmap(va, physical, bytes);
            rig.Warm(va, bytes);
            for (var time = 0; time < 2; time++)
            {
                for (var at = va; at < va + bytes;)
                {
                    Assert.That(rig.Mm.Table.Follow(new Iova(at), out var leaf), Is.True);
                    Assert.That(leaf.Pfn.Value, Is.EqualTo((physical + (at - va)) / K4));
                    Assert.That(leaf.Size, Is.EqualTo(Largest(va, physical, bytes, at)), $"0x{at:x} of 0x{va:x} x 0x{bytes:x} at 0x{physical:x}");
                    at = (at & leaf.PageMask) + leaf.Size.Bytes;
                }

                rig.Device.SetMemoryDecode(false);
                rig.Device.SetMemoryDecode(true);
                rig.Warm(va, bytes);
            }
        }
    }

    [Test]
    public void I_split_nothing_of_a_leaf_that_changed_in_part_remains_and_the_rest_leads_where_it_led([Values("munmap", "mprotect", "mremap")] string change, [Values(0UL, M2)] ulong skew)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.Mmap(At + skew, Physical, 2 * G1);
        rig.Warm(At + skew, 2 * G1);
        var (start, bytes) = (new Va(At + skew + G1 - (3 * M2) + K4), 5 * M2);
        var errno = change switch
        {
            "munmap" => rig.Mm.Munmap(start, bytes),
            "mprotect" => rig.Mm.Mprotect(start, bytes, AreaFlags.Read),
            _ => rig.Mm.Mremap(start, bytes, bytes, new Va(At + (8 * G1))),
        };
        Assert.That(errno, Is.EqualTo(Errno.None));
        foreach (var edge in new[] { start.Value - K4, start.Value + bytes })
        {
            var whole = skew == 0 ? G1 : M2;
            Assert.That(rig.Mm.Table.Translate(new Iova(edge)).IsNone, Is.True, "the leaf that was cut is gone, all of it");
            Assert.That(rig.Mm.FixupUserFault(new Va(edge), write: true), Is.EqualTo(Errno.None));
            Assert.That(rig.Mm.Table.Follow(new Iova(edge), out var leaf) && leaf.Size.Bytes < whole, "it comes back smaller");
            Assert.That(leaf.Pfn.Value, Is.EqualTo((Physical + (edge - At - skew)) / K4), "and leads where it led");
        }
    }

    [Test]
    public void I_pgsize_leaves_are_the_largest_that_fit_whoever_writes_them()
    {
        var random = new Random(23);
        foreach (var kind in new[] { IommuKinds.Vtd, IommuKinds.AmdV1, IommuKinds.Find("riscv-sv48x4")!, IommuKinds.Find("armv8-s2-4k")! })
        {
            for (var round = 0; round < 12; round++)
            {
                var shift = random.Next(4) * 9;
                var iova = (ulong)random.NextInt64(1L << 22) << 12 >> shift << shift;
                var physical = (ulong)random.NextInt64(1L << 22) << 12 >> shift << shift;
                if (random.Next(2) == 0) physical = iova + ((ulong)random.Next(3) << (12 + shift));
                iova &= ~(K4 - 1);
                physical &= ~(K4 - 1);
                var pages = shift >= 9 ? (ulong)random.Next(1, 200) << 9 : (ulong)random.Next(1, 3000);
                var expected = Greedy(kind.Geometry.PageSizes, iova, physical, pages * K4);
                foreach (var profile in new[] { KernelProfiles.Linux612, KernelProfiles.Linux73 })
                {
                    using var rig = new LinuxRig(profile, iommu: kind);
                    Assert.That(rig.Domain.Map(new Iova(iova), new Pfn(physical / K4), pages, Permissions.ReadWrite), Is.EqualTo(Errno.None));
                    Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo(expected.ToString()), $"{kind.Id} {profile.IommuTables} 0x{iova:x} to 0x{physical:x} x {pages}");
                    Assert.That(rig.FrameAt(iova + ((pages - 1) * K4)), Is.EqualTo((physical / K4) + pages - 1));
                    Assert.That(rig.FrameAt(iova + (pages * K4)), Is.Null);
                }
            }
        }
    }

    [Test]
    public void I_pt_atomic_whoever_reads_meanwhile_finds_nothing_or_the_whole_truth([Values("vtd", "amdv1")] string iommu)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, iommu: IommuKinds.Find(iommu));
        rig.Domain.Map(new Iova(Device), new Pfn(Physical / K4), 512, Permissions.ReadWrite);
        var (problem, stop, reads) = ((string?)null, 0, 0L);
        var reader = Task.Run(() =>
        {
            var random = new Random(24);
            while (Volatile.Read(ref stop) == 0)
            {
                var offset = (ulong)random.NextInt64((long)(4 * M2));
                using var inside = rig.Domain.Arena.EnterReader();
                var address = rig.Domain.Translate(new Iova(Device + offset));
                var expected = Physical + offset;
                if (address.IsNone ? offset < M2 : address.Value != expected) Volatile.Write(ref problem, $"0x{offset:x} leads to {address}");
                Interlocked.Increment(ref reads);
            }
        });
        for (var round = 0; round < 100; round++)
        {
            var pages = (ulong)(1 + (round * 37 % 1536));
            Assert.That(rig.Domain.Map(new Iova(Device + M2), new Pfn((Physical + M2) / K4), pages, Permissions.ReadWrite), Is.EqualTo(Errno.None));
            Assert.That(rig.Domain.Unmap(new Iova(Device + M2), pages * K4), Is.EqualTo(pages * K4));
            var before = Interlocked.Read(ref reads);
            Assert.That(SpinWait.SpinUntil(() => Interlocked.Read(ref reads) > before, TimeSpan.FromSeconds(30)), "the reader stands still");
        }

        Volatile.Write(ref stop, 1);
        reader.Wait();
        Assert.That(problem, Is.Null);
    }

    [Test]
    public void I_pt_free_a_table_is_used_again_only_after_the_flush_and_none_is_lost([Values("6.12", "7.3")] string profile)
    {
        var kernel = KernelProfiles.All.Single(one => one.Name == profile);
        var counters = new KernelCounters();
        // The root and three tables below it; the arena's first slot is never handed out.
        using var arena = new TableArena(new TableArenaOptions { HugePages = false, CapacityBytes = 5 * K4 });
        var domain = (IommuDomain<VtdSs4, X64L4ToVtdSs4>)IommuKinds.Vtd.CreateDomain(kernel, arena, counters);
        var start = arena.TablesInUse;
        Assert.That(domain.Map(new Iova(K4), new Pfn(1), 511, Permissions.Read), Is.EqualTo(Errno.None));
        Assert.That(arena.TablesInUse, Is.EqualTo(start + 3));
        Assert.That(domain.UnmapFast(new Iova(K4), 511 * K4), Is.EqualTo(511 * K4));
        Assert.That(domain.UnmapRangeWithTables(), Is.Zero, "nothing is left to remove");
        Assert.That(domain.Map(new Iova(512 * G1), new Pfn(1), 1, Permissions.Read), Is.EqualTo(Errno.ENOMEM), "the hardware may still walk what was freed");
        domain.IotlbSync();
        Assert.That(domain.Map(new Iova(512 * G1), new Pfn(1), 1, Permissions.Read), Is.EqualTo(Errno.None));
        Assert.That(domain.Unmap(new Iova(512 * G1), K4), Is.EqualTo(K4));
        domain.Table.Free();
        Assert.That(arena.TablesInUse, Is.Zero);
    }

    private static IovaRange Everything => IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte));

    private static PageSize Largest(ulong va, ulong physical, ulong bytes, ulong at)
    {
        foreach (var size in new[] { PageSize.Size1G, PageSize.Size2M })
        {
            var start = at & size.PageMask;
            if (start >= va && start + size.Bytes <= va + bytes && ((physical - va) & size.OffsetMask) == 0) return size;
        }

        return PageSize.Size4K;
    }

    /// <summary>One leaf after the other, each the largest whose alignment and length fit.</summary>
    private static LeafSizeCounts Greedy(ulong sizes, ulong iova, ulong physical, ulong bytes)
    {
        var counts = default(LeafSizeCounts);
        while (bytes > 0)
        {
            var shift = Enumerable.Range(12, 52).Last(each => (sizes >> each & 1) != 0 && ((iova | physical) & ((1UL << each) - 1)) == 0 && 1UL << each <= bytes);
            counts.Add(new PageSize(shift));
            (iova, physical, bytes) = (iova + (1UL << shift), physical + (1UL << shift), bytes - (1UL << shift));
        }

        return counts;
    }
}

/// <summary>Short for tests.</summary>
internal static class DomainTestExtensions
{
    /// <summary>Removes what a domain's tables hold, and the tables themselves, but not the root; the flush is the caller's.</summary>
    public static ulong UnmapRangeWithTables(this IommuDomain domain) => domain.UnmapFast(new Iova(0), domain.Geometry.Aperture.Bytes);
}
