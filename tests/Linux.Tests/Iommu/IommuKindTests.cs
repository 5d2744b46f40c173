using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class IommuKindTests
{
    private static IEnumerable<IommuKind> Kinds => IommuKinds.All;

    [Test]
    public void Every_name_finds_its_kind_and_no_two_share_one()
    {
        var names = Kinds.SelectMany(kind => new[] { kind.Id, kind.Alias }).OfType<string>().ToList();
        Assert.That(names, Is.Unique);
        foreach (var kind in Kinds)
        {
            Assert.That(IommuKinds.Find(kind.Id), Is.SameAs(kind));
            Assert.That(IommuKinds.Find(kind.Name.ToUpperInvariant()), Is.SameAs(kind));
            Assert.That(kind.Id, Is.EqualTo(kind.Facts.Name));
        }

        Assert.That(IommuKinds.Find("smmu"), Is.Null);
        Assert.That((IommuKinds.Vtd.Id, IommuKinds.AmdV1.Id), Is.EqualTo(("vtd-ss-4l", "amd-v1")));
    }

    [Test]
    public void Two_kinds_of_the_same_format_and_names_are_equal()
    {
        Assert.That(new DirtyIommuKind<AmdV1, X64L4ToAmdV1>("amdv1", "AMD IOMMU v1") { IsReadByLinux = true }, Is.EqualTo(IommuKinds.AmdV1));
        Assert.That(Kinds.Distinct().Count(), Is.EqualTo(Kinds.Count()));
    }

    [Test]
    public void Only_the_second_stage_of_VT_d_was_counted() =>
        Assert.That(Kinds.Where(kind => kind.IsCounted).Select(kind => kind.Id), Is.EquivalentTo(new[] { "vtd-ss-3l", "vtd-ss-4l", "vtd-ss-5l" }));

    [TestCase("vtd", 48, "4K 2M 1G")]
    [TestCase("vtd-ss-3l", 39, "4K 2M 1G")]
    [TestCase("vtd-ss-5l", 57, "4K 2M 1G")]
    [TestCase("vtd-fs-4l", 47, "4K 2M 1G")]
    [TestCase("amdv2", 47, "4K 2M 1G")]
    [TestCase("armv8-s1-4k", 48, "4K 64K 2M 32M 1G 16G")]
    [TestCase("armv8-s2-4k-40", 40, "4K 64K 2M 32M 1G 16G")]
    [TestCase("riscv-sv39", 38, "4K 64K 2M 1G")]
    [TestCase("riscv-sv39x4", 41, "4K 64K 2M 1G")]
    [TestCase("riscv-sv48x4", 50, "4K 64K 2M 1G 512G")]
    public void Aperture_and_page_sizes_are_those_of_the_format(string id, int bits, string sizes)
    {
        var geometry = IommuKinds.Find(id)!.Geometry;
        Assert.That(geometry.Aperture, Is.EqualTo(IovaRange.Inclusive(new Iova(0), new Iova((1UL << bits) - 1))));
        Assert.That(SizesOf(geometry), Is.EqualTo(sizes));
        Assert.That(geometry.SmallestPage, Is.EqualTo(K4));
    }

    [Test]
    public void AMD_has_every_size_but_512_GiB_up_to_2_PiB_and_all_addresses()
    {
        var geometry = IommuKinds.AmdV1.Geometry;
        Assert.That(geometry.PageSizes, Is.EqualTo(((1UL << 52) - K4) & ~(1UL << 39)));
        Assert.That(geometry.Aperture, Is.EqualTo(IovaRange.Inclusive(new Iova(0), new Iova(ulong.MaxValue))));
    }

    [Test]
    public void Fine_grained_superpages_are_what_the_probe_of_type1_finds()
    {
        foreach (var kind in Kinds)
        {
            using var rig = new LinuxRig(KernelProfiles.Linux612, iommu: kind);
            Assert.That(rig.Domain.Map(new Iova(G1), new Pfn(G1 / K4), 2, Permissions.ReadWrite), Is.EqualTo(Errno.None), kind.Id);
            var removed = rig.Domain.UnmapFast(new Iova(G1), K4);
            Assert.That(removed == 2 * K4, Is.EqualTo(kind.Geometry.HasFineGrainedSuperPages), kind.Id);
            Assert.That(rig.Domain.Translate(new Iova(G1 + K4)).IsNone, Is.EqualTo(kind.Geometry.HasFineGrainedSuperPages), kind.Id);
        }

        Assert.That(Kinds.Where(kind => kind.Geometry.HasFineGrainedSuperPages), Is.EqualTo(new[] { IommuKinds.AmdV1 }));
        Assert.That(KernelProfiles.All.Where(IommuKinds.AmdV1.UnmapsWholeEntries).Select(profile => profile.Name), Is.EqualTo(new[] { "6.1", "6.12", "6.15" }));
    }

    [Test]
    public void A_device_may_use_both_ends_of_the_aperture([Values("6.12", "7.3")] string profile)
    {
        foreach (var kind in Kinds)
        {
            using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), iommu: kind);
            var last = kind.Geometry.Aperture.Last.Value - K4 + 1;
            Assert.That(rig.Domain.Map(new Iova(0), new Pfn(5), 1, Permissions.Read), Is.EqualTo(Errno.None), kind.Id);
            Assert.That(rig.Domain.Map(new Iova(last), new Pfn(7), 1, Permissions.ReadWrite), Is.EqualTo(Errno.None), kind.Id);
            Assert.That((rig.FrameAt(0), rig.FrameAt(last)), Is.EqualTo(((ulong?)5, (ulong?)7)), kind.Id);
            Assert.That(rig.IommuLeaves.ToString(), Is.EqualTo("2 x 4K"), kind.Id);
            if (last + K4 != 0) Assert.That(rig.Domain.Map(new Iova(last + K4), new Pfn(1), 1, Permissions.Read), Is.EqualTo(Errno.ERANGE), kind.Id);
            Assert.That(rig.Domain.UnmapFast(new Iova(last), K4), Is.EqualTo(K4), kind.Id);
            Assert.That(rig.FrameAt(last), Is.Null, kind.Id);
        }
    }

    [Test]
    public void The_root_of_AMD_tables_grows_and_what_stood_still_stands()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, iommu: IommuKinds.AmdV1);
        var before = rig.Domain.TableBytes;
        Assert.That(rig.Domain.Map(new Iova(G1), new Pfn(G1 / K4), G1 / K4, Permissions.ReadWrite), Is.EqualTo(Errno.None));
        Assert.That(rig.Domain.TableBytes, Is.EqualTo(before), "a leaf of the first root");
        Assert.That(rig.Domain.Map(new Iova(1UL << 62), new Pfn(1UL << 20), G1 / K4, Permissions.ReadWrite), Is.EqualTo(Errno.None));
        Assert.That(rig.Domain.TableBytes, Is.GreaterThan(before));
        Assert.That((rig.FrameAt(G1), rig.FrameAt(1UL << 62)), Is.EqualTo(((ulong?)(G1 / K4), (ulong?)(1UL << 20))));
    }

    [Test]
    public void A_format_of_ones_own_becomes_an_IOMMU_and_its_smallest_page_is_what_is_asked_for([Values("6.12", "7.3")] string profile, [Values] MapPath path)
    {
        const ulong K64 = 16 * K4;
        var kind = new IommuKind<Armv8S2G64K, RunPin<X64L4, Armv8S2G64K>>("mine", "My IOMMU");
        using var rig = new LinuxRig(KernelProfiles.All.Single(one => one.Name == profile), path, iommu: kind);
        rig.Mmap(8 * G1, 64 * G1, M2);
        rig.Mmap(16 * G1, (64 * G1) + K4, M2);
        Assert.That(rig.Map(G1, 8 * G1, K4), Is.EqualTo(Errno.EINVAL), "4K are no page here");
        Assert.That(rig.Map(G1, 16 * G1, K64), Is.EqualTo(Errno.EINVAL), "frames that no page begins with");
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
        Assert.That(rig.Map(G1, 8 * G1, 5 * K64), Is.EqualTo(Errno.None));
        Assert.That((rig.IommuLeaves.ToString(), rig.FrameAt(G1 + (5 * K64) - K4)), Is.EqualTo(("5 x 64K", (ulong?)(((64 * G1) + (5 * K64) - K4) / K4))));
        Assert.That(rig.Unmap(G1, K4), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Unmap(G1, 5 * K64), Is.EqualTo(Errno.None));
        Assert.That(rig.IommuLeaves.Total, Is.Zero);
    }

    private static string SizesOf(IommuGeometry geometry) =>
        string.Join(' ', Enumerable.Range(0, 64).Where(shift => (geometry.PageSizes >> shift & 1) != 0).Select(shift => new PageSize(shift).ToString()));
}
