using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Locked memory and external holders: kernel.md, section 10, rows 20 to 24 and 63.</summary>
public class AccountingScenarioTests
{
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [TestCase("6.1", MapPath.Kernel, 101)]
    [TestCase("6.12", MapPath.Kernel, 101)]
    [TestCase("6.15", MapPath.Kernel, 101)]
    [TestCase("7.3", MapPath.Kernel, 1)]
    [TestCase("7.3", MapPath.Fast, 1)]
    public void Scenario_20_over_the_limit_is_ENOMEM_and_nothing_stays_charged_or_pinned(string profile, MapPath path, int checks)
    {
        using var rig = new LinuxRig(Profile(profile), path);
        rig.Mm.Locked.LimitBytes = 100 * K4;
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.ENOMEM));
        Assert.That(rig.Mapped.MemlockChecks, Is.EqualTo(checks), "page 101, or the run");
        RamScenarioTests.CheckEmpty(rig);
        Assert.That(rig.Map(Device, At, 100 * K4), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.Locked.Pages, Is.EqualTo(100));
        Assert.That(rig.Map(Device + M2, At + (100 * K4), K4), Is.EqualTo(Errno.ENOMEM));
    }

    [Test]
    public void Scenario_21_a_first_chunk_that_was_charged_is_uncharged([Values("6.1", "6.12", "7.3")] string profile)
    {
        using var rig = new LinuxRig(Profile(profile));
        rig.Mm.Locked.LimitBytes = 200 * K4;
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, 256 * K4, 2));
        Assert.That(rig.Map(Device, At, 256 * K4), Is.EqualTo(Errno.ENOMEM));
        Assert.That(rig.Mapped.IommuMapCalls, Is.EqualTo(1));
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void Scenario_22_a_BAR_is_never_charged([Values("6.1", "6.12", "7.3")] string profile, [Values] MapPath path)
    {
        using var rig = new LinuxRig(Profile(profile), path);
        rig.Mm.Locked.LimitBytes = 0;
        rig.Mmap(At, 1024 * G1, M2);
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        Assert.That((rig.Mm.Locked.Pages, rig.Mapped.Pins), Is.EqualTo((0UL, 0L)));
    }

    [Test]
    public void Scenario_23_CAP_IPC_LOCK_lifts_the_limit_and_charges_all_the_same([Values("6.1", "6.12", "7.3")] string profile, [Values] MapPath path)
    {
        using var rig = new LinuxRig(Profile(profile), path);
        (rig.Mm.Locked.LimitBytes, rig.Mm.Locked.HasIpcLock) = (0, true);
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.Locked.Pages, Is.EqualTo(512));
        rig.Mm.Locked.HasIpcLock = false;
        Assert.That(rig.Unmap(Device, M2), Is.EqualTo(Errno.None));
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void Scenario_24_a_page_that_is_held_already_is_not_charged_again([Values("6.1", "6.12", "6.15", "7.3")] string profile, [Values] MapPath path)
    {
        using var rig = new LinuxRig(Profile(profile), path, hasDomain: false);
        rig.Mm.Locked.LimitBytes = 512 * K4;
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        var group = new Mdev();
        rig.Container.AttachEmulated(group);
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        var pfns = new Pfn[10];
        Assert.That(rig.Container.PinPages(new Iova(Device + (5 * K4)), Permissions.Read, pfns), Is.EqualTo(Errno.None));
        Assert.That((rig.Mm.Locked.Pages, pfns[9].Value), Is.EqualTo((10UL, (Ram / K4) + 14)));
        Assert.That(rig.Container.AttachDomain(rig.Domain), Is.EqualTo(Errno.None), "502 further pages reach the limit exactly");
        Assert.That((rig.Mm.Locked.Pages, rig.Mm.StructPages.Pinned), Is.EqualTo((512UL, 522L)));
        ContainerInvariants.Check(rig, va => (Ram + va - At) / K4, profile);
        Assert.That(rig.Unmap(Device, M2), Is.EqualTo(Errno.None));
        Assert.That(group.Asked, Is.EqualTo(1));
        RamScenarioTests.CheckEmpty(rig);
    }

    [Test]
    public void A_run_that_others_hold_entirely_is_not_compared_with_the_limit()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, hasDomain: false);
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        rig.Container.AttachEmulated(new Mdev());
        rig.Map(Device, At, M2);
        rig.Container.PinPages(new Iova(Device), Permissions.Read, new Pfn[512]);
        rig.Mm.Locked.LimitBytes = 0;
        Assert.That(rig.Container.AttachDomain(rig.Domain), Is.EqualTo(Errno.None));
        Assert.That(rig.Mapped.MemlockChecks, Is.Zero);
    }

    [Test]
    public void Scenario_63_a_page_of_a_BAR_cannot_be_held([Values("6.12", "7.3")] string profile)
    {
        using var rig = new LinuxRig(Profile(profile));
        rig.Mmap(At, 1024 * G1, M2);
        rig.Container.AttachEmulated(new Mdev());
        rig.Map(Device, At, M2);
        Assert.That(rig.Container.PinPages(new Iova(Device), Permissions.Read, new Pfn[1]), Is.EqualTo(Errno.EINVAL));
        Assert.That(rig.Mm.StructPages.Pinned, Is.Zero);
    }

    [Test]
    public void Holding_pages_is_all_or_nothing_and_counts_holders()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.MmapRam(At, RamKind.Pages4K, (Ram, 4 * K4));
        rig.Container.AttachEmulated(new Mdev());
        rig.Map(Device, At, 4 * K4, Permissions.Read);
        Assert.That(rig.Container.PinPages(new Iova(Device), Permissions.ReadWrite, new Pfn[1]), Is.EqualTo(Errno.EPERM));
        Assert.That(rig.Container.PinPages(new Iova(Device + (2 * K4)), Permissions.Read, new Pfn[3]), Is.EqualTo(Errno.EINVAL), "the third lies outside of every mapping");
        Assert.That(rig.Mm.StructPages.Pinned, Is.EqualTo(4));
        for (var i = 0; i < 2; i++) Assert.That(rig.Container.PinPages(new Iova(Device), Permissions.Read, new Pfn[1]), Is.EqualTo(Errno.None));
        Assert.That(rig.Mm.StructPages.Pinned, Is.EqualTo(5));
        rig.Container.UnpinPages(new Iova(Device), 1);
        Assert.That(rig.Mm.StructPages.Pinned, Is.EqualTo(5));
        rig.Container.UnpinPages(new Iova(Device), 1);
        Assert.That(rig.Mm.StructPages.Pinned, Is.EqualTo(4));
    }

    [Test]
    public void A_holder_that_never_lets_go_is_a_bug()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.MmapRam(At, RamKind.Pages4K, (Ram, K4));
        rig.Container.AttachEmulated(new Mdev { LetsGo = false });
        rig.Map(Device, At, K4);
        rig.Container.PinPages(new Iova(Device), Permissions.Read, new Pfn[1]);
        Assert.That(() => rig.Unmap(Device, K4), Throws.InvalidOperationException);
    }

    [Test]
    public void The_first_version_lets_nobody_hold_pages()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73, isV1: true);
        rig.Container.AttachEmulated(new Mdev());
        Assert.That(rig.Container.PinPages(new Iova(Device), Permissions.Read, new Pfn[1]), Is.EqualTo(Errno.EACCES));
    }

    private static KernelProfile Profile(string name) => KernelProfiles.All.Single(profile => profile.Name == name);
}

/// <summary>An emulated device that gives up what it is asked for, or does not.</summary>
internal sealed class Mdev : EmulatedGroup
{
    public int Asked { get; private set; }

    public bool LetsGo { get; init; } = true;

    public override void Release(Type1Container container, Iova iova, ulong bytes)
    {
        Asked++;
        if (!LetsGo) return;
        for (ulong page = 0; page < bytes / K4; page++) container.UnpinPages(iova + (page * K4), 1);
    }
}
