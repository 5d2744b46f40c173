using System.Text.Json;
using Fast.Tests.Machine;
using Fast.Tool.Tests.Json;
using Fast.Tool.Tests.Processes;

namespace Fast.Tool.Tests.Check;

/// <summary><c>fast check</c> as its users see it.</summary>
internal sealed class CheckTests
{
    private FakeMachine _machine = null!;

    [SetUp]
    public void CreateMachine() => _machine = new FakeMachine();

    [TearDown]
    public void DeleteMachine() => _machine.Dispose();

    [Test]
    public void A_host_is_shown_with_its_devices()
    {
        var run = ToolRun.Of("check", "--tree", _machine.Root);
        Assert.Multiple(() =>
        {
            Assert.That((run.Exit, run.Error), Is.EqualTo((ExitCode.Done, "")));
            Assert.That(run.Out, Does.StartWith("Findings: 1 note."));
            Assert.That(run.Out, Does.Contain("Linux 7.3.4: maps BARs by leaves of up to 1 GiB and looks them up leaf by leaf (profile 7.3, read: "));
            Assert.That(run.Out, Does.Contain("huge pages: 5 of 8 of 2M free, 0 of 4 of 1G free"));
            Assert.That(run.Out, Does.Contain("dmar0 (vtd, 57 bits, leaves 4K 2M 1G)"));
            Assert.That(run.Out, Does.Contain("Of the command line: intel_iommu=on.").And.Not.Contain("root=/dev/sda1"));
            Assert.That(run.Out, Does.Match("0000:3b:00.0 +10de:2330 +vfio-pci +42 DMA-FQ +0 +0x2002002000000 +16 MiB +- +2M"));
            Assert.That(run.Out, Does.Match("2 +0x2000000000000 +128 GiB +- +1G"));
        });
    }

    [Test]
    public void A_VM_is_shown_with_the_leaves_that_its_BARs_can_have()
    {
        var run = ToolRun.Of("check", "4242", "--tree", _machine.Root);
        Assert.That(run.Out, Does.Contain("Process 4242 (qemu-system-x86)").And.Contain("VFIO through type1, groups 42"));
        Assert.That(run.Out, Does.Match("0x7e0000000000-0x7e1fffffffff +rw-s 0000:3b:00.0 region 2 +128 GiB +- +- +128 x 1G"));
        Assert.That(run.Out, Does.Match("rw-s /dev/hugepages/ram of 1G pages +4 GiB +4 GiB +4 GiB"));
    }

    /// <summary>A serial console says that it is narrow.</summary>
    [Test]
    public void Addresses_are_not_broken_on_a_narrow_terminal()
    {
        using var output = new StringWriter();
        var exit = Cli.RunAsync(["check", "4242", "--tree", _machine.Root], new CliStreams(output, TextWriter.Null, TextReader.Null) { Width = 60 }, CancellationToken.None).GetAwaiter().GetResult();
        Assert.That(exit, Is.EqualTo(ExitCode.Done));
        Assert.That(output.ToString(), Does.Contain("0x7e0000000000-0x7e1fffffffff").And.Match("0000:3b:00.0 +10de:2330 +vfio-pci"));
    }

    [Test]
    public void A_finding_says_what_it_costs_and_what_to_do()
    {
        var run = ToolRun.Of("check", "--tree", _machine.Kernel("6.8.0-45-generic").Root);
        Assert.That(run.Out, Does.Contain("[error] kernel-without-huge-pfnmaps: kernel\n  Linux 6.8 maps and looks up BARs 4 KiB at a time: 33,554,432 lookups for the largest BAR here (128G), again at every map event, where 128 would do.\n  To do: run Linux 6.15 or newer"));
    }

    [TestCase("error", ExitCode.Done, "7.3")]
    [TestCase("note", ExitCode.LimitExceeded, "7.3")]
    [TestCase("warning", ExitCode.LimitExceeded, "6.8.0")]
    [TestCase("error", ExitCode.LimitExceeded, "6.8.0")]
    public void A_limit_is_an_exit_code(string severity, ExitCode exit, string kernel)
    {
        var run = ToolRun.Of("check", "--tree", _machine.Kernel(kernel).Root, "--fail-on", severity, "--json");
        Assert.That(run.Exit, Is.EqualTo(exit));
        Assert.That(run.Error, exit == ExitCode.Done ? Is.Empty : Does.StartWith("fast: check: ").And.Contain($"; --fail-on {severity}"));
        using var document = JsonDocument.Parse(run.Out);
        Assert.That(document.RootElement.GetProperty("failOn").GetProperty("exceeded").GetBoolean(), Is.EqualTo(exit != ExitCode.Done));
    }

    [Test]
    public void Residency_comes_from_a_copied_pagemap_too()
    {
        // One page in memory, one swapped out: 8 bytes each, where the file of the kernel has them.
        var path = $"proc/{FakeMachine.Vm}/pagemap";
        _machine.Write(path, "");
        using (var file = File.OpenWrite(Path.Combine(_machine.Root, path)))
        {
            file.Seek(0x1_0000_0000 / 4096 * 8, SeekOrigin.Begin);
            file.Write(BitConverter.GetBytes((1UL << 63) | 0x1234));
            file.Write(BitConverter.GetBytes(1UL << 62));
        }

        var area = ToolRun.Json("check", "4242", "--tree", _machine.Root).GetProperty("process").GetProperty("areas")[0];
        Assert.That(area.GetProperty("pages").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), Is.EqualTo("""{"present":1,"swapped":1,"huge":null}"""));
    }

    [Test]
    public void Only_so_many_areas_are_listed_and_all_of_VFIO()
    {
        var process = ToolRun.Json("check", "4242", "--tree", _machine.Root, "--areas", "0").GetProperty("process");
        Assert.That((process.GetProperty("areas").GetArrayLength(), process.GetProperty("areaCount").GetInt32()), Is.EqualTo((1, 3)));
    }

    [Test]
    public void What_cannot_be_checked_is_refused_in_one_line() => Assert.Multiple(() =>
    {
        Refused("there is no process 77; 'pgrep -a qemu' lists virtual machines", "77", "--tree", _machine.Root);
        Refused("PID: 'qemu' is not the number of a process", "qemu");
        Refused("PID: '0' is not the number of a process", "0");
        Refused("--tree: there is no folder 'nowhere'", "--tree", "nowhere");
        Refused("has 'proc' and 'sys'", "--tree", Path.Combine(_machine.Root, "sys"));
        Refused("--self-test runs on this machine", "--tree", _machine.Root, "--self-test");
        Refused("--hugetlb says what --self-test allocates; give both", "--hugetlb");
        Refused("--fail-on: 'eror' is not one of note, warning, error; did you mean 'error'?", "--fail-on", "eror");
        Refused("--areas: '-1' is not a number from 0 to 1,000,000", "--areas", "-1");
    });

    [Test]
    [Platform("Linux")]
    public void This_machine_and_this_process_are_checked_and_tested()
    {
        var document = ToolRun.Json("check", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), "--self-test");
        Assert.Multiple(() =>
        {
            Assert.That(SchemaCheck.Problems("fast.check-1.schema.json", document), Is.Empty);
            Assert.That(document.GetProperty("process").GetProperty("pid").GetInt32(), Is.EqualTo(Environment.ProcessId));
            Assert.That(document.GetProperty("selfTest").GetArrayLength(), Is.EqualTo(4));
            Assert.That(document.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("id").GetString()), Does.Not.Contain("runs-disagree"));
        });
    }

    [Test]
    [Platform("Linux")]
    public void Without_privilege_sizes_are_shown_and_frames_are_not()
    {
        if (Environment.UserName != "root") Assert.Ignore("only root can become somebody else");
        var (exit, output, error) = ToolProcess.Shell("setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all $FAST check --self-test");
        if (exit == 127 || error.Contains("setpriv", StringComparison.Ordinal)) Assert.Ignore($"setpriv: {error}");
        Assert.That(exit, Is.Zero, error);
        Assert.That(output, Does.Contain("frames-hidden").And.Contain("sizes are shown").And.Match("4 KiB pages +8 MiB +8 MiB +2,048 x 4K +hidden"));
    }

    private static void Refused(string says, params string[] args) => Assert.That(ToolRun.Of(["check", .. args]).IsRefused().Error, Does.Contain(says));
}
