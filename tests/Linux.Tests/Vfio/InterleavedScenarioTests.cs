using System.Text;
using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>What others do between two steps of a map: kernel.md, section 10, rows 19, 64 and 65.</summary>
public class InterleavedScenarioTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;

    [Test]
    public void Scenario_19_an_area_that_is_replaced_by_memory_while_the_lock_is_given_up_is_EFAULT([Values("6.1", "6.12", "7.3")] string profile)
    {
        using var meanwhile = new Meanwhile("fixup_user_fault");
        using var rig = new LinuxRig(Profile(profile), failures: FailureScript.Of(FailurePoint.Unlock, 1), trace: new StepTrace(meanwhile));
        var area = rig.Mmap(At, Physical, M2);
        meanwhile.Do = () =>
        {
            rig.Mm.Munmap(area);
            rig.MmapRam(At, RamKind.Thp, (Ram, M2));
        };
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.EFAULT), "what the pin said before");
        RamScenarioTests.CheckEmpty(rig);
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        Assert.That(rig.FrameAt(Device), Is.EqualTo(Ram / K4));
    }

    [Test]
    public void A_lock_that_is_given_up_costs_a_lookup_and_nothing_else([Values("6.12", "7.3")] string profile)
    {
        using var rig = new LinuxRig(Profile(profile), failures: FailureScript.Of(FailurePoint.Unlock, 1));
        rig.Mmap(At, Physical, M2);
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        Assert.That((rig.Mapped.Faults, rig.Mapped.Lookups - rig.Mapped.VaddrGetPfns), Is.EqualTo((1L, 1L)), "the miss; the lookup that would have followed the fault is made anew");
    }

    [Test]
    public void Scenario_64_a_second_map_has_to_wait_for_the_first()
    {
        using var meanwhile = new Meanwhile("vaddr_get_pfns");
        using var rig = new LinuxRig(KernelProfiles.Linux73, trace: new StepTrace(meanwhile));
        rig.Mmap(At, Physical, M2);
        meanwhile.Do = () => rig.Map(Device + G1, At, K4);
        Assert.That(() => rig.Map(Device, At, M2), Throws.InvalidOperationException.With.Message.Contains("Container is taken while Container is held"));
    }

    [Test]
    public void Scenario_65_a_zap_between_lookup_and_map_leaves_the_device_a_frame_that_does_not_answer([Values("6.1", "6.12", "7.3")] string profile)
    {
        using var meanwhile = new Meanwhile("vfio_pin_pages_remote");
        using var rig = new LinuxRig(Profile(profile), trace: new StepTrace(meanwhile));
        rig.Mmap(At, Physical, M2);
        meanwhile.Do = () => rig.Device.SetMemoryDecode(false);
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        Assert.That((rig.FrameAt(Device), rig.Mm.Table.Translate(new Iova(At)).IsNone), Is.EqualTo((Physical / K4, true)));
        Assert.That(rig.Unmap(Device, M2), Is.EqualTo(Errno.None));
        RamScenarioTests.CheckEmpty(rig);
    }

    private static KernelProfile Profile(string name) => KernelProfiles.All.Single(profile => profile.Name == name);

    /// <summary>Somebody who acts once, right after a step.</summary>
    private sealed class Meanwhile(string step) : StringWriter
    {
        public Action? Do { get; set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            if (Do is not { } act || !value!.Contains(step, StringComparison.Ordinal)) return;
            Do = null;
            act();
        }
    }
}
