using Fast.Host;
using Fast.PageTables;
using Fast.Tests.Machine;

namespace Fast.Tests.Processes;

/// <summary>Reading a process from its files.</summary>
public sealed class ProcessFactsTests
{
    private FakeMachine _machine = null!;

    private HostTree Tree => new(_machine.Root);

    [SetUp]
    public void CreateMachine() => _machine = new FakeMachine();

    [TearDown]
    public void DeleteMachine() => _machine.Dispose();

    [Test]
    public void A_VM_is_read_whole()
    {
        var process = ProcessFacts.Read(Tree, FakeMachine.Vm);
        Assert.Multiple(() =>
        {
            Assert.That((process.Name, process.Resident, process.PageTables, process.Pinned, process.Locked), Is.EqualTo(("qemu-system-x86", (ulong?)123456 << 10, (ulong?)600 << 10, (ulong?)4 << 30, (ulong?)0)));
            Assert.That((process.LockLimit, process.MayLockAnything, process.HasThpDisabled), Is.EqualTo(((ulong?)ulong.MaxValue, false, false)));
            Assert.That((process.HasType1, process.HasIommufd, process.VfioGroups.Single()), Is.EqualTo((true, false, 42)));
            Assert.That(process.Areas.Select(area => (area.Start, area.Bytes, area.IsVfio, area.Resident)), Is.EqualTo(new (ulong, ulong, bool, ulong?)[]
            {
                (0x1_0000_0000, 4UL << 30, false, 4UL << 30), (FakeMachine.BarVa, 128UL << 30, true, 0), (0x7ffd_e5f1_f000, 0x21000, false, 20 << 10),
            }));
            Assert.That(process.Areas[0].KernelPageSize, Is.EqualTo(PageSize.Size1G));
            Assert.That(process.Areas[1].Flags, Does.Contain("hg"));
        });
    }

    [Test]
    public void Limits_and_capabilities_are_read()
    {
        _machine.Process("qemu", FakeMachine.BarVa, 1 << 30, "rd", memlock: "8388608", capabilities: "0000000000004000", more: "THP_enabled:\t0\n");
        var process = ProcessFacts.Read(Tree, FakeMachine.Vm);
        Assert.That((process.LockLimit, process.MayLockAnything, process.HasThpDisabled), Is.EqualTo(((ulong?)8 << 20, true, true)));
    }

    [Test]
    public void Without_smaps_there_are_still_maps()
    {
        _machine.Delete($"proc/{FakeMachine.Vm}/smaps").Write($"proc/{FakeMachine.Vm}/maps", "100000-200000 rw-p 00000000 00:00 0 \n200000-201000 r-xp 00000000 08:01 7   /usr/bin/with a space\n");
        var process = ProcessFacts.Read(Tree, FakeMachine.Vm);
        Assert.That(process.HasDetails, Is.False);
        Assert.That(process.Areas.Select(area => (area.Name, area.Resident)), Is.EqualTo(new[] { ("", (ulong?)null), ("/usr/bin/with a space", null) }));
    }

    [Test]
    public void A_process_that_is_not_there_is_refused() =>
        Assert.That(() => ProcessFacts.Read(Tree, 7), Throws.TypeOf<HostException>().With.Message.Contains("there is no process 7"));

    [Test]
    public void An_area_of_VFIO_knows_its_region_and_the_BARs_that_it_may_be()
    {
        var process = ProcessFacts.Read(Tree, FakeMachine.Vm);
        var area = VfioArea.Of(process.Areas[1], MachineFacts.Read(Tree).Functions);
        Assert.Multiple(() =>
        {
            Assert.That((area.Region, area.OffsetInRegion, area.IsBar, area.Skew), Is.EqualTo((2, 0UL, true, 0UL)));
            Assert.That(area.Candidates.Single(), Is.EqualTo(new VfioBar(FakeMachine.Gpu, 2, FakeMachine.BarStart, 128UL << 30)));
            Assert.That(area.BestLeaves.ToString(), Is.EqualTo("128 x 1G"));
        });
    }

    [TestCase(0UL, 0x2000UL, 12, "BAR at a small offset")]
    [TestCase(0x20_0000UL, 0x3fe0_0000UL, 21, "2 MiB off")]
    [TestCase(0x4000_0000UL, 0UL, 30, "1 GiB off")]
    public void The_skew_is_that_of_the_addresses(ulong offset, ulong vaOff, int shift, string what)
    {
        var bar = new ProcessArea(FakeMachine.BarVa + vaOff, FakeMachine.BarVa + vaOff + (4UL << 30), "rw-s", (2UL << 40) | offset, "anon_inode:[vfio-device]");
        var skews = new[] { VfioArea.Of(bar, MachineFacts.Read(Tree).Functions), VfioArea.Of(bar, []) }.Select(area => area.Skew).ToArray();
        Assert.That(skews, Has.All.EqualTo(unchecked(offset - vaOff) & PageSize.Size1G.OffsetMask), what);
        Assert.That(VfioArea.Of(bar, []).BestLeaves.Largest, Is.EqualTo(new PageSize(shift)));
    }

    /// <summary>The engine puts the largest leaf at each address; a fault does the same.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool Congruent_leaves_are_those_that_the_engine_maps(int seed)
    {
        var random = new Random(seed);
        var start = 0x1000_0000_0000 + ((ulong)random.Next(1 << 15) << 12 << (random.Next(3) * 9));
        var bytes = (ulong)random.Next(1, 5000) << 12 << random.Next(0, 8);
        var skew = random.Next(3) switch { 0 => 0UL, 1 => (ulong)random.Next(512) << 21, _ => (ulong)random.Next(1 << 18) << 12 };
        using var arena = new TableArena();
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(start), bytes), new Pfn(((start + skew) & 0xff_ffff_ffff) >> 12), Permissions.ReadWrite);
        return CongruentLeaves.Count(start, bytes, skew) == table.CountLeafSizes(IovaRange.Of(new Iova(start), bytes));
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool Any_lines_of_smaps_are_read(string[] lines, ulong start, ulong end)
    {
        var areas = ProcessAreas.Of([.. lines.Select(line => line ?? ""), $"{start:x}-{end:x} rw-p 0 00:00 0", "Rss: 99999999999999999999 kB", "KernelPageSize: 3 kB", .. lines.Select(line => line ?? "")]);
        return areas.All(area => area.End > area.Start && ulong.IsPow2(area.KernelPageSize.Bytes));
    }
}
