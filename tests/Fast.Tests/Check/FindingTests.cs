using System.Text.Json;
using System.Text.RegularExpressions;
using Fast.Machines;
using Fast.Tests;
using Fast.Tests.Machine;
using Fast.Tool.Tests.Json;

namespace Fast.Tool.Tests.Check;

/// <summary>Every finding, on a machine on which nothing else is wrong: it is there with the right severity when its cause is, and not when it is not.</summary>
internal sealed partial class FindingTests
{
    private const ulong G = 1UL << 30;
    private const ulong M = 1UL << 20;
    private const string Zero = "0x0000000000000000 0x0000000000000000 0x0000000000000000";

    // What holds on a machine that is well set: the half of the cost that no kernel has mended.
    private static readonly string[] Always = ["unmap-asks-page-by-page"];

    private static IEnumerable<TestCaseData> Causes()
    {
        yield return Case("kernel-not-modelled", "note", machine => machine.Kernel("5.15.0-91-generic"));
        yield return Case("kernel-without-huge-pfnmaps", "error", machine => machine.Kernel("6.8.0-45-generic"));
        yield return Case("kernel-without-huge-pfnmaps", "error", machine => machine.Kernel("6.1.0-18-amd64"), "6.1");
        yield return Case("kernel-without-huge-pfnmaps", "warning", machine => machine.Kernel("6.8.0").GpuBars(FakeMachine.Bar(0x2_0000_0000_0000, 256 * M)), "a small BAR");
        yield return Case("kernel-without-page-mask", "error", machine => machine.Kernel("6.14.0-37-generic"));
        yield return Case("thp-keeps-bars-small", "error", machine => machine.Kernel("6.16.12").Thp("always madvise [never]"));
        yield return Case("thp-keeps-bars-small", "error", machine => machine.Kernel("6.16.12").Thp("always [madvise] never"), "madvise");
        yield return Case("type1-pins-page-by-page", "error", machine => machine.Write("sys/module/vfio_iommu_type1/parameters/disable_hugepages", "Y"));
        yield return Case("dma-entry-limit-lowered", "warning", machine => machine.Write("sys/module/vfio_iommu_type1/parameters/dma_entry_limit", "100"));
        yield return Case("pci-windows-overridden", "warning", machine => machine.Write("proc/cmdline", "quiet pci=noaer,nocrs"));
        yield return Case("machine-is-a-guest", "note", machine => machine.Cpu(52, "fpu hypervisor la57"));
        yield return Case("addresses-hidden", "note", machine => machine.Write("proc/iomem", "00000000-00000000 : PCI Bus 0000:3a\n"));
        yield return Case("iommu-off", "error", machine => machine.Delete("sys/kernel/iommu_groups"));
        yield return Case("vfio-not-loaded", "note", machine => machine.Delete("sys/module/vfio_pci").Link($"sys/devices/pci0000:3a/{FakeMachine.Port}/{FakeMachine.Gpu}/driver", "../../../../bus/pci/drivers/nvidia"));
        yield return Case("iommu-narrow", "warning", machine => machine.VtdCapability(0x1c0000c40660462));
        yield return Case("iommu-without-1g-leaves", "warning", machine => machine.VtdCapability(0x4UL << 32 | 56UL << 16 | 0xc << 8));
        yield return Case("group-not-viable", "error", machine => machine.Function("0000:3b:00.1", "0x040300", "0x10de", "0x22ba", "snd_hda_intel", FakeMachine.Port, 42, Zero));
        yield return Case("bar-without-address", "error", machine => machine.GpuBars(FakeMachine.Bar(FakeMachine.BarStart, 16 * G), Zero, FakeMachine.NoAddress(512 * G)));
        yield return Case("bar-below-4g", "warning", machine => machine.GpuBars(FakeMachine.Bar(FakeMachine.BarStart, 16 * G), Zero, FakeMachine.Bar(0x8000_0000, G)));
        yield return Case("bar-smaller-than-it-could-be", "warning", machine => machine.GpuFile("resource2_resize", "0000000000060000"));
        yield return Case("window-too-small", "warning", machine => machine.GpuFile("resource2_resize", "00000000000a0000"));
        yield return Case("bar-not-1g-aligned", "warning", machine => machine.GpuBars(FakeMachine.Bar(FakeMachine.BarStart + M, 16 * G)));
        yield return Case("guest-window-too-small", "warning", machine => machine.Cpu(40, "la57"));
        yield return Case("guest-window-too-small", "error", machine => machine.Cpu(39, "la57"), "less than half");
        yield return Case("guest-window-too-small", "warning", machine => machine.Cpu(52, "vmx").GpuBars(FakeMachine.Bar(FakeMachine.BarStart, 16384 * G)), "four levels");
    }

    private static IEnumerable<TestCaseData> ProcessCauses()
    {
        yield return Case("process-hidden", "note", machine => machine.Delete($"proc/{FakeMachine.Vm}/smaps").Write($"proc/{FakeMachine.Vm}/maps", "7e0000000000-7e2000000000 rw-s 20000000000 00:0f 1057   anon_inode:[vfio-device]\n"));
        yield return Case("process-without-vfio", "note", machine => machine.Delete($"proc/{FakeMachine.Vm}/fd").Write($"proc/{FakeMachine.Vm}/smaps", "100000-200000 rw-p 00000000 00:00 0 \nRss: 4 kB\n"));
        yield return Case("memlock-too-low", "error", machine => Vm(machine, memlock: "8388608"));
        yield return Case("iommufd-cannot-map-bars", "warning", machine => machine.Kernel("6.16.12").Open(10, "/dev/iommu"));
        yield return Case("process-without-huge-pages", "error", machine => Vm(machine, more: "THP_enabled:\t0\n"));
        yield return Case("memory-in-small-pages", "warning", machine => Vm(machine, memory: "KernelPageSize: 4 kB\nRss: 4194304 kB\nAnonHugePages: 2048 kB\n"));
        yield return Case("bar-mmap-not-congruent", "error", machine => Vm(machine, va: FakeMachine.BarVa + 4096));
        yield return Case("bar-mmap-not-congruent", "warning", machine => Vm(machine, va: FakeMachine.BarVa + (2 * M)), "2 MiB off");
        yield return Case("bar-mmap-not-congruent", "warning", machine => Vm(machine, va: FakeMachine.BarVa + 4096, bytes: 4 * G), "of a few GiB");
        yield return Case("bar-advised-against", "error", machine => Vm(machine, flags: "rd wr sh pf io nh"));
        yield return Case("bar-mapped-in-part", "note", machine => Vm(machine, bytes: 64 * G));
        yield return Case("bars-in-small-leaves", "error", machine => Vm(machine, pageTables: 300_000));
    }

    [TestCaseSource(nameof(Causes))]
    public void A_cause_in_the_machine_is_found(string id, string severity, Action<FakeMachine> change) => IsFound(id, severity, change);

    [TestCaseSource(nameof(ProcessCauses))]
    public void A_cause_in_a_process_is_found(string id, string severity, Action<FakeMachine> change) => IsFound(id, severity, change, "4242");

    [TestCase]
    [TestCase("4242")]
    public void A_machine_that_is_well_set_has_no_other_finding(params string[] process)
    {
        using var machine = new FakeMachine();
        Assert.That(Findings(machine, process).Select(finding => finding.Id), Is.EqualTo(Always));
    }

    /// <summary>Rules that must not fire where their cause has no effect.</summary>
    [Test]
    public void What_has_no_effect_is_not_found() => Assert.Multiple(() =>
    {
        IsNotFound("thp-keeps-bars-small", machine => machine.Thp("always madvise [never]"), "the newest kernels do not ask the policy");
        IsNotFound("thp-keeps-bars-small", machine => machine.Kernel("6.8.0").Thp("always madvise [never]"), "older ones have no large leaves at all");
        IsNotFound("thp-keeps-bars-small", machine => machine.Kernel("6.16.0").Thp("always [madvise] never"), "the BAR was advised", "4242");
        IsNotFound("memlock-too-low", machine => Vm(machine, memlock: "8388608", capabilities: "0000000000004000"), "CAP_IPC_LOCK", "4242");
        IsNotFound("memlock-too-low", machine => Vm(machine, memlock: "4294967296"), "enough", "4242");
        IsNotFound("bar-smaller-than-it-could-be", machine => machine.GpuFile("resource2_resize", "0000000000020000"), "as large as it can be");
        IsNotFound("group-not-viable", machine => machine.Function("0000:3b:00.1", "0x040300", "0x10de", "0x22ba", "vfio-pci", FakeMachine.Port, 42, Zero), "both are bound");
        IsNotFound("guest-window-too-small", machine => machine.Cpu(46, "vmx"), "an eighth of 46 bits holds 256 GiB");
        IsNotFound("bar-mmap-not-congruent", machine => Vm(machine, va: FakeMachine.BarVa + G), "a multiple of 1 GiB off", "4242");
        IsNotFound("iommufd-cannot-map-bars", machine => machine.Open(10, "/dev/iommu"), "dma-bufs are there", "4242");
    });

    [Test]
    public void An_alignment_that_the_kernel_does_not_use_is_for_later()
    {
        using var machine = Vm(new FakeMachine().Kernel("6.8.0"), va: FakeMachine.BarVa + 4096);
        Assert.That(Findings(machine, "4242"), Does.Contain(("bar-mmap-not-congruent", "note")));
    }

    /// <summary>Each rule of the source is tried here and described in docs/check.md, and nothing else is.</summary>
    [Test]
    public void Every_finding_has_a_test_and_a_row_in_the_documentation()
    {
        var rules = Directory.GetFiles(Path.Combine(Repository.Root, "src/Samples/Fast/Check/Findings"), "*.cs").SelectMany(file => Id().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct().ToList();
        var tried = Causes().Concat(ProcessCauses()).Select(one => (string)one.Arguments[0]!).Concat(Always).Concat(["frames-hidden", "runs-disagree", "self-test-incomplete"]).Distinct().ToList();
        var described = File.ReadLines(Path.Combine(Repository.Root, "docs/check.md")).Select(line => Row().Match(line)).Where(row => row.Success).Select(row => row.Groups[1].Value).ToList();
        Assert.That(rules, Has.Count.GreaterThan(25));
        Assert.That(tried, Is.EquivalentTo(rules));
        Assert.That(described, Is.EquivalentTo(rules));
    }

    private static FakeMachine Vm(
        FakeMachine machine, ulong va = FakeMachine.BarVa, ulong bytes = 128 * G, string flags = "rd wr sh pf io hg", string memory = "KernelPageSize:  1048576 kB\nShared_Hugetlb:  4194304 kB\n",
        string capabilities = "0000000000000000", string memlock = "unlimited", ulong pageTables = 600, string more = "") =>
        machine.Process("qemu-system-x86", va, bytes, flags, memory, capabilities, memlock, pageTables, more);

    private static TestCaseData Case(string id, string severity, Func<FakeMachine, FakeMachine> change, string? note = null) =>
        new TestCaseData(id, severity, (Action<FakeMachine>)(machine => change(machine))).SetArgDisplayNames(note is null ? id : $"{id}: {note}", severity);

    private static void IsFound(string id, string severity, Action<FakeMachine> change, params string[] process)
    {
        using var machine = new FakeMachine();
        Assert.That(Findings(machine, process).Select(finding => finding.Id), Does.Not.Contain(id), "before");
        change(machine);
        Assert.That(Findings(machine, process), Does.Contain((id, severity)));
    }

    private static void IsNotFound(string id, Action<FakeMachine> change, string why, params string[] process)
    {
        using var machine = new FakeMachine();
        change(machine);
        Assert.That(Findings(machine, process).Select(finding => finding.Id), Does.Not.Contain(id), why);
    }

    private static List<(string? Id, string? Severity)> Findings(FakeMachine machine, params string[] process)
    {
        var document = ToolRun.Json(["check", .. process, "--tree", machine.Root]);
        Assert.That(SchemaCheck.Problems("fast.check-1.schema.json", document), Is.Empty);
        var findings = document.GetProperty("findings").EnumerateArray().ToList();
        foreach (var finding in findings)
        {
            foreach (var name in new[] { "where", "text", "remedy" })
                Assert.That(finding.GetProperty(name).GetString(), Is.Not.Empty.And.Not.Contain("\n").And.Not.EndsWith("."), $"{name} is a part of one line");
        }

        return [.. findings.Select(finding => (Text(finding, "id"), Text(finding, "severity")))];
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    [GeneratedRegex("""new Finding\(\s*"([a-z0-9-]+)""")]
    private static partial Regex Id();

    [GeneratedRegex("^\\| `([a-z0-9-]+)` \\|")]
    private static partial Regex Row();
}
