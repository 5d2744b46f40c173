using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Several domains: kernel.md, sections 1.3, 1.9 and 1.10, and rows 41, 42 and 53 of section 10.</summary>
public class DomainScenarioTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    private static readonly Func<ulong, ulong?> ThreeRuns = va =>
    {
        var page = (va - At) / K4;
        return (Ram / K4) + page + (page < 170 ? 0UL : page < 341 ? 1UL : 2UL);
    };

    [Test]
    public void Every_domain_gets_every_chunk([Values("6.1", "6.12", "7.3")] string profile, [Values] MapPath path)
    {
        using var rig = Rig(profile, path, out var second);
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        if (path == MapPath.Kernel) Assert.That((rig.Mapped.Chunks, rig.Mapped.IommuMapCalls), Is.EqualTo((3L, 6L)));
        else Assert.That(rig.Mapped.LeavesVisited, Is.EqualTo(512), "each leaf once, not once for each domain");
        ContainerInvariants.Check(rig, ThreeRuns, profile);
        rig.Counters.Reset();
        Assert.That(rig.Unmap(Device, M2), Is.EqualTo(Errno.None));
        if (path == MapPath.Kernel) Assert.That((rig.Unmapped.IommuUnmapCalls, rig.Unmapped.IotlbSyncs), Is.EqualTo((1L + 3, 1L + 1)), "the second at once, the first run by run");
        Assert.That(second.CountLeafSizes().Total, Is.Zero);
        RamScenarioTests.CheckEmpty(rig);
    }

    [TestCase("6.1", MapPath.Kernel, 6)]
    [TestCase("6.12", MapPath.Kernel, 6)]
    [TestCase("7.3", MapPath.Kernel, 6)]
    [TestCase("7.3", MapPath.Fast, 6)]
    public void Scenario_41_the_second_domain_fails_in_chunk_3_and_both_are_as_before(string profile, MapPath path, int call)
    {
        using var rig = Rig(profile, path, out var second, FailureScript.Of(FailurePoint.Map, call));
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.ENOMEM));
        Assert.That(second.CountLeafSizes().Total, Is.Zero);
        RamScenarioTests.CheckEmpty(rig);
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None), "and it works afterwards");
        ContainerInvariants.Check(rig, ThreeRuns, profile);
    }

    [Test]
    public void Scenario_42_a_translation_that_stands_already_is_EADDRINUSE([Values("6.12", "7.3")] string profile, [Values] MapPath path)
    {
        using var rig = new LinuxRig(Profile(profile), path);
        rig.MmapRam(At, RamKind.Thp, (Ram, 2 * M2));
        rig.Domain.Map(new Iova(Device + M2), new Pfn(1), 1, Permissions.Read);
        Assert.That(rig.Map(Device, At, 2 * M2), Is.EqualTo(Errno.EADDRINUSE));
        Assert.That((rig.IommuLeaves.Total, rig.Mm.Locked.Pages, rig.Mm.StructPages.Pinned), Is.EqualTo((1UL, 0UL, 0L)));
    }

    [Test]
    public void Scenario_53_without_a_record_a_stretch_is_flushed_on_its_own()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, failures: FailureScript.Of(FailurePoint.Region, 2));
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 3));
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Unmap(Device, M2), Is.EqualTo(Errno.None));
        Assert.That((rig.Unmapped.IommuUnmapCalls, rig.Unmapped.IotlbSyncs), Is.EqualTo((3L, 3L)), "what was pending, the stretch itself, and the rest");
        RamScenarioTests.CheckEmpty(rig);
    }

    [TestCase("6.1", MapPath.Kernel)]
    [TestCase("7.3", MapPath.Kernel)]
    [TestCase("7.3", MapPath.Fast)]
    public void A_new_domain_gets_what_stands_from_the_first_one(string profile, MapPath path)
    {
        using var rig = new LinuxRig(Profile(profile), path);
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 3));
        rig.Map(Device, At, M2);
        rig.Counters.Reset();
        Assert.That(rig.Container.AttachDomain(rig.NewDomain()), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped.Pins, Is.Zero, "nothing is pinned twice");
        if (path == MapPath.Kernel) Assert.That((rig.Mapped.IommuMapCalls, rig.Unmapped.IovaToPhys), Is.EqualTo((3L, 514L)));
        ContainerInvariants.Check(rig, ThreeRuns, profile);
    }

    [TestCase("6.1", MapPath.Kernel)]
    [TestCase("7.3", MapPath.Kernel)]
    [TestCase("7.3", MapPath.Fast)]
    public void A_first_domain_pins_what_was_only_noted(string profile, MapPath path)
    {
        using var rig = new LinuxRig(Profile(profile), path, hasDomain: false);
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 3));
        rig.Map(Device, At, M2);
        Assert.That(rig.Mm.StructPages.Pinned, Is.Zero);
        Assert.That(rig.Container.AttachDomain(rig.Domain), Is.EqualTo(Errno.None));
        Assert.That((rig.Mm.StructPages.Pinned, rig.Mm.Locked.Pages), Is.EqualTo((512L, 512UL)));
        ContainerInvariants.Check(rig, ThreeRuns, profile);
    }

    [Test]
    public void A_replay_that_fails_at_any_map_leaves_the_new_domain_empty([Values("6.1", "7.3")] string profile, [Values] bool isFirst, [Range(1, 4)] int call)
    {
        using var rig = new LinuxRig(Profile(profile), hasDomain: !isFirst, failures: FailureScript.Of(FailurePoint.Map, (isFirst ? 0 : 4) + call));
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 3));
        rig.MmapRam(At + M2, RamKind.Pages4K, (Ram + G1, 10 * K4));
        rig.Map(Device, At, M2);
        rig.Map(Device + G1, At + M2, 10 * K4);
        var before = (rig.Mm.StructPages.Pinned, rig.Mm.Locked.Pages);
        var domain = isFirst ? rig.Domain : rig.NewDomain();
        Assert.That(rig.Container.AttachDomain(domain), Is.EqualTo(Errno.ENOMEM));
        Assert.That(domain.CountLeafSizes().Total, Is.Zero);
        Assert.That((rig.Mm.StructPages.Pinned, rig.Mm.Locked.Pages), Is.EqualTo(before));
        Assert.That(rig.Container.Domains, Has.Count.EqualTo(isFirst ? 0 : 1));
        Assert.That(rig.Container.AttachDomain(domain), Is.EqualTo(Errno.None));
        ContainerInvariants.Check(rig, va => va < At + M2 ? ThreeRuns(va) : (Ram + G1 + va - At - M2) / K4, profile);
    }

    [Test]
    public void A_first_domain_that_the_limit_refuses_leaves_external_holders_charged_as_before([Values("6.1", "6.12", "6.15", "7.3")] string profile, [Values] MapPath path, [Values(20, 300)] int limit)
    {
        using var rig = new LinuxRig(Profile(profile), path, hasDomain: false);
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 3));
        rig.Container.AttachEmulated(new Mdev());
        rig.Map(Device, At, 10 * K4);
        rig.Map(Device + G1, At + (10 * K4), M2 - (10 * K4));
        rig.Container.PinPages(new Iova(Device + K4), Permissions.Read, new Pfn[2]);
        rig.Container.PinPages(new Iova(Device + G1 + (3 * K4)), Permissions.Read, new Pfn[5]);
        rig.Mm.Locked.LimitBytes = (ulong)limit * K4;
        Assert.That(rig.Container.AttachDomain(rig.Domain), Is.EqualTo(Errno.ENOMEM), "in the first chunk of the second mapping, or in a later one");
        Assert.That(rig.Domain.CountLeafSizes().Total, Is.Zero);
        Assert.That((rig.Mm.StructPages.Pinned, rig.Mm.Locked.Pages), Is.EqualTo((7L, 7UL)));
        ContainerInvariants.Check(rig, ThreeRuns, profile);
    }

    [Test]
    public void The_last_domain_takes_every_mapping_with_it_and_another_one_takes_none([Values] MapPath path)
    {
        using var rig = Rig("7.3", path, out var second);
        rig.Map(Device, At, M2);
        rig.Container.DetachDomain(rig.Domain);
        Assert.That((rig.Container.MappingCount, rig.Mm.StructPages.Pinned), Is.EqualTo((1, 512L)));
        ContainerInvariants.Check(rig, ThreeRuns, "second");
        rig.Container.DetachDomain(second);
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void With_emulated_devices_mappings_outlive_the_last_domain_and_only_their_pages_stay_charged([Values] MapPath path)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, path);
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 3));
        rig.Container.AttachEmulated(new Mdev());
        rig.Map(Device, At, M2);
        rig.Container.PinPages(new Iova(Device), Permissions.Read, new Pfn[7]);
        rig.Container.DetachDomain(rig.Domain);
        Assert.That((rig.Container.MappingCount, rig.Mm.StructPages.Pinned, rig.Mm.Locked.Pages), Is.EqualTo((1, 7L, 7UL)));
        ContainerInvariants.Check(rig, ThreeRuns, "noted");
        Assert.That(rig.Container.AttachDomain(rig.NewDomain()), Is.EqualTo(Errno.None));
        ContainerInvariants.Check(rig, ThreeRuns, "again");
    }

    [Test]
    public void Windows_are_what_every_domain_translates_without_what_a_group_reserves()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        Assert.That(rig.Container.AttachDomain(rig.NewDomain(IommuKinds.Find("vtd-ss-3l")), IovaRange.Of(new Iova(G1), M2)), Is.EqualTo(Errno.None));
        Assert.That(rig.Container.Windows, Is.EqualTo([IovaRange.Of(new Iova(0), G1), IovaRange.Inclusive(new Iova(G1 + M2), new Iova((1UL << 39) - 1))]));
        rig.MmapRam(At, RamKind.Thp, (Ram, M2));
        Assert.That(rig.Map(G1, At, K4), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Map(0, At, M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Container.AttachDomain(rig.NewDomain(), IovaRange.Of(new Iova(0), K4)), Is.EqualTo(Errno.EINVAL), "a mapping lies in what it reserves");
        Assert.That(rig.Container.Domains, Has.Count.EqualTo(2));
        rig.Container.DetachDomain(rig.Container.Domains[1]);
        Assert.That(rig.Container.Windows, Is.EqualTo([rig.Domain.Geometry.Aperture]));
    }

    private static LinuxRig Rig(string profile, MapPath path, out IommuDomain second, FailureScript? failures = null)
    {
        var rig = new LinuxRig(Profile(profile), path, failures: failures);
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, M2, 3));
        rig.Container.AttachDomain(second = rig.NewDomain());
        return rig;
    }

    private static KernelProfile Profile(string name) => KernelProfiles.All.Single(profile => profile.Name == name);
}
