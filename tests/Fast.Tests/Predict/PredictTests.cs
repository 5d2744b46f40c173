using System.Globalization;
using System.Text.Json;

namespace Fast.Tool.Tests.Predict;

internal sealed class PredictTests
{
    private static string H100 => Path.Combine(AppContext.BaseDirectory, "Data", "h100-host-lspci-vv.txt");

    [Test]
    public void The_default_host_is_answered_first_and_names_kernels_side_by_side()
    {
        var run = ToolRun.Of("predict", "--quiet");
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
            Assert.That(run.Out.Split('\n')[1], Does.StartWith("On Linux 6.12 these BARs add "));
            Assert.That(run.Out.Split('\n')[3], Does.StartWith("Change first: "));
            foreach (var kernel in (string[])["Linux 6.1 ", "Linux 6.12", "Linux 6.16", "Linux 7.3"]) Assert.That(run.Out, Does.Contain(kernel));
            Assert.That(run.Out, Does.Contain("unmap (counted, not timed)").And.Contain("executed on the register model").And.Contain("executed 24 cases"));
        });
    }

    [Test]
    public void On_AMD_the_answer_shows_what_7_3_costs_and_what_is_assumed()
    {
        var run = ToolRun.Of("predict", "--iommu", "amdv1", "--quiet");
        Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
        Assert.That(run.Out, Does.Contain("AMD IOMMU v1").And.Contain("1 x 128G").And.Contain("Linux 7.0 and newer ask for every 4K").And.Contain("assumed to be VT-d's"));
        Assert.That(run.Out, Does.Not.Contain("type1 on VT-d"));
    }

    [TestCase("--bridges", "0", 7)]
    [TestCase("--bridges", "3", 21)]
    public void Bridges_above_the_device_cost_their_events(string option, string value, int events)
    {
        var kernel = ToolRun.Json("predict", H100, "--host-kernel", "7.3", option, value).GetProperty("kernels")[0];
        Assert.That(kernel.GetProperty("bars")[1].GetProperty("mapEvents").GetInt32(), Is.EqualTo(events));
    }

    [Test]
    public void A_vmm_that_does_not_align_looks_up_each_page()
    {
        const string Small = "03:00.0 3D controller: Somebody's GPU\n\tRegion 0: Memory at 1000000000 (64-bit, prefetchable) [size=1G]\n";
        foreach (var (vmm, lookups) in new[] { ("qemu-8.2", "262144"), ("qemu-9.2", "1") })
            Assert.That(ToolRun.With(Small, "predict", "-", "--host-kernel", "7.3", "--vmm", vmm, "--json", "--quiet").Out, Does.Contain($"\"lookupsPerEvent\": {lookups},"));
    }

    [Test]
    public void Memory_bits_and_more_devices_are_answered_and_named()
    {
        const string Small = "03:00.0 3D controller: Somebody's GPU\n\tRegion 0: Memory at 1000000000 (64-bit, prefetchable) [size=1G]\n";
        var run = ToolRun.With(Small, "predict", "-", "--host-kernel", "6.16", "--gpus", "3", "--ram", "4G", "--phys-bits", "36", "--quiet");
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
            Assert.That(run.Out, Does.Contain("3 devices with 3 BARs").And.Contain("36 bits of physical addresses").And.Contain("Pinning 4 GiB of memory when the VM starts comes on top"));
            Assert.That(run.Out, Does.Contain("apart: pinning 4 GiB of memory (thp)").And.Contain("with hugetlb pages of 2M").And.Contain("2 more like 03:00.0 are assumed"));
        });
    }

    /// <summary>The way of docs/knowledge.md: write the file, correct a release, predict with it.</summary>
    [Test]
    public void The_built_in_knowledge_can_be_written_corrected_and_given_back()
    {
        const string Small = "03:00.0 3D controller: Somebody's GPU\n\tRegion 0: Memory at 1000000000 (64-bit, prefetchable) [size=64M]\n";
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "mine.json");
        Assert.That(ToolRun.Of("predict", "--write-knowledge", path), Is.EqualTo(new ToolRun(ExitCode.Done, "", "")));
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"from\": \"6.12\", \"profile\": \"6.12\"", "\"from\": \"6.12\", \"profile\": \"6.15\"", StringComparison.Ordinal));
        string[] arguments = ["predict", "-", "--host-kernel", "6.12", "--json", "--quiet"];
        Assert.That(ToolRun.With(Small, arguments).Out, Does.Contain("\"lookupsPerEvent\": 16384,"));
        Assert.That(ToolRun.With(Small, [.. arguments, "--knowledge", path]).Out, Does.Contain("\"lookupsPerEvent\": 32,"));
    }

    [Test]
    public void Iommufd_on_a_kernel_that_cannot_says_what_that_means()
    {
        const string Small = "03:00.0 3D controller: Somebody's GPU\n\tRegion 0: Memory at 1000000000 (64-bit, prefetchable) [size=1G]\n";
        var lines = ToolRun.With(Small, "predict", "-", "--backend", "iommufd", "--quiet").Out.Split('\n');
        Assert.That(lines[1], Does.StartWith("On Linux 6.12 mapping them fails with EFAULT").And.Contain("peer-to-peer"));
        Assert.That(lines[2], Does.Contain("on 6.16").And.Contain("on 6.19").And.Contain("on 7.3"));
    }

    [Test]
    public void Times_of_ones_own_machine_price_and_are_named()
    {
        const string Small = "03:00.0 3D controller: Somebody's GPU\n\tRegion 0: Memory at 1000000000 (64-bit, prefetchable) [size=64M]\n";
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "calibration.json");
        File.WriteAllText(path, """
            { "schema": "fast.calibration/1", "machine": "the box", "kernel": "7.2.12", "iommu": "vtd", "cpu": "a CPU", "source": "made up",
              "points": [{ "kind": "bar", "bytes": 67108864, "skewBytes": 0, "cold": false, "mapNanoseconds": 10000, "unmapNanoseconds": 1000000 }] }
            """);
        using (var written = JsonDocument.Parse(File.ReadAllText(path))) Assert.That(Json.SchemaCheck.Problems("fast.calibration-1.schema.json", written.RootElement), Is.Empty);
        var text = ToolRun.With(Small, "predict", "-", "--host-kernel", "7.3", "--calibration", path, "--quiet").Out;
        using var document = JsonDocument.Parse(ToolRun.With(Small, "predict", "-", "--host-kernel", "7.3", "--calibration", path, "--quiet", "--json").Out);
        Assert.That(text, Does.Contain("unmap (counted, and timed on the box)").And.Contain("timed on the box (a CPU, Linux 7.2.12, vtd): map ").And.Contain("from 1 timing"));
        Assert.That(Json.SchemaCheck.Problems("fast.predict-1.schema.json", document.RootElement), Is.Empty);
        Assert.That(document.RootElement.GetProperty("kernels")[0].GetProperty("total").GetProperty("unmap").GetProperty("seconds").GetDouble(), Is.EqualTo(12 * 0.001).Within(1e-9), "12 unmaps of 1 ms");
    }

    [Test]
    public void A_page_is_one_file_that_needs_no_script_and_loads_nothing()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "page.html");
        var run = ToolRun.Of("predict", H100, "--host-kernel", "7.3", "--html", path, "--quiet");
        var html = File.ReadAllText(path);
        Assert.Multiple(() =>
        {
            Assert.That(run.Out, Does.Contain("What to change"));
            Assert.That(html, Does.StartWith("<!DOCTYPE html>").And.EndWith("</html>\n").And.Contain("prefers-color-scheme: dark"));
            Assert.That(html, Does.Not.Contain("<script").And.Not.Contain("http").And.Not.Contain("url("));
            Assert.That(System.Text.RegularExpressions.Regex.Count(html, "class=\"stripe\""), Is.EqualTo(3), "one for each BAR");
            Assert.That(System.Text.RegularExpressions.Regex.Count(html, "class=\"bar\""), Is.EqualTo(4), "one for each phase");
            Assert.That(System.Text.RegularExpressions.Regex.Count(html, "class=\"leaves\""), Is.EqualTo(3), "leaves of each BAR");
            Assert.That(html, Does.Contain("128 x 1G").And.Contain("<p class=\"lead\">On Linux 7.3 these BARs add"));
        });
    }

    [Test]
    public void A_region_that_the_listing_lacks_is_named_beside_the_answer()
    {
        const string B300 = "01:00.0 3D controller: NVIDIA Corporation Device 3182\n\tRegion 0: Memory at 2000000000 (64-bit, prefetchable) [size=64M]\n";
        var lines = ToolRun.With(B300, "predict", "-", "--host-kernel", "7.3", "--quiet").Out.Split('\n');
        Assert.That(lines.Take(6), Has.Some.StartsWith("note: ").And.Some.Contains("must have a region 2 of 512G").And.Some.Contains("'fast fit'"));
    }

    [TestCase("predict", "--host-kernel", "7.3")]
    [TestCase("explain")]
    [TestCase("fit")]
    public void Standard_input_is_called_so(string verb, params string[] options)
    {
        const string Small = "03:00.0 3D controller: Somebody's GPU\n\tRegion 0: Memory at 1000000000 (64-bit, prefetchable) [size=64M]\n";
        Assert.That(ToolRun.With(Small, [verb, "-", "--quiet", .. options]).Out, Does.StartWith("standard input: 1 device"));
    }

    [Test]
    public void A_kernel_log_is_sent_to_the_verbs_that_read_it() =>
        Assert.That(ToolRun.With("[    3.340854] pci 0000:02:00.0: [10de:20f1] type 00 class 0x030200\n", "predict", "-").IsRefused().Error, Does.Contain("a kernel log is for 'fast log' and 'fast fit'"));

    [Test]
    public void A_page_that_cannot_be_written_is_refused()
    {
        const string Small = "03:00.0 3D controller: Somebody's GPU\n\tRegion 0: Memory at 1000000000 (64-bit, prefetchable) [size=64M]\n";
        var run = ToolRun.With(Small, "predict", "-", "--host-kernel", "7.3", "--quiet", "--html", "no/such/folder/page.html").IsRefused();
        Assert.That(run.Error, Does.Contain("no/such/folder/page.html").And.Contain("cannot be written"));
    }

    [TestCase("--html", "")]
    [TestCase("--vmm", "vmware")]
    [TestCase("--bridges", "9")]
    [TestCase("--bridges", "x")]
    public void A_wrong_vmm_or_number_of_bridges_is_refused(string option, string value) => ToolRun.Of("predict", H100, option, value).IsRefused();

    [Test]
    public void A_file_and_standard_input_say_the_same()
    {
        string[] options = ["--host-kernel", "7.3", "--json", "--quiet"];
        var file = ToolRun.Of(["predict", H100, .. options]).Out;
        var input = ToolRun.With(File.ReadAllText(H100), ["predict", "-", .. options]).Out;
        Assert.That(input.Replace("\"host\": \"-\"", "", StringComparison.Ordinal), Is.EqualTo(file.Replace($"\"host\": {JsonSerializer.Serialize(H100)}", "", StringComparison.Ordinal)));
    }

    [Test]
    public void Different_devices_with_the_same_bars_are_not_spoken_of_as_alike()
    {
        const string listing = """
            0000:17:00.0 3D controller: NVIDIA Corporation GH100 [H100 SXM5 80GB] (rev a1)
            	Region 0: Memory at 21a000000000 (64-bit, prefetchable) [size=32G]
            0000:43:00.0 Processing accelerators: Advanced Micro Devices, Inc. [AMD/ATI] Aqua Vanjaram (rev 01)
            	Region 0: Memory at 22a000000000 (64-bit, prefetchable) [size=32G]

            """;
        var run = ToolRun.With(listing, ["predict", "-", "--host-kernel", "7.3", "--quiet"]);
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(ExitCode.Done), run.Error);
            Assert.That(run.Out, Does.Contain("GH100").And.Contain("Aqua Vanjaram"));
        });
    }

    [TestCase("7.3,6.1,6.12")]
    [TestCase("7.3")]
    public void Host_kernels_keep_their_order(string kernels)
    {
        var document = ToolRun.Json("predict", H100, "--host-kernel", kernels);
        Assert.That(document.GetProperty("kernels").EnumerateArray().Select(kernel => kernel.GetProperty("kernel").GetString()), Is.EqualTo(kernels.Split(',')));
    }

    [Test]
    public void Totals_are_the_sums_of_their_bars()
    {
        foreach (var kernel in ToolRun.Json("predict", "--host-kernel", "6.16,7.3").GetProperty("kernels").EnumerateArray())
        {
            var total = kernel.GetProperty("total");
            foreach (var half in (string[])["map", "unmap"])
            {
                var sum = kernel.GetProperty("bars").EnumerateArray().Sum(bar => bar.GetProperty(half).GetProperty("seconds").GetDouble());
                Assert.That(total.GetProperty(half).GetProperty("seconds").GetDouble(), Is.EqualTo(sum).Within(1e-9));
            }

            var together = total.GetProperty("map").GetProperty("seconds").GetDouble() + total.GetProperty("unmap").GetProperty("seconds").GetDouble();
            Assert.That(total.GetProperty("seconds").GetDouble(), Is.EqualTo(together).Within(1e-9));
        }
    }

    [TestCase(1e6, ExitCode.Done)]
    [TestCase(0.001, ExitCode.LimitExceeded)]
    public void A_limit_decides_the_exit_code_and_the_result_is_printed_all_the_same(double limit, ExitCode exit)
    {
        var run = ToolRun.Of("predict", H100, "--host-kernel", "7.3", "--fail-over", limit.ToString(CultureInfo.InvariantCulture), "--json", "--quiet");
        using var document = JsonDocument.Parse(run.Out);
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(exit));
            Assert.That(document.RootElement.GetProperty("failOver").GetProperty("exceeded").GetBoolean(), Is.EqualTo(exit == ExitCode.LimitExceeded));
            Assert.That(run.Error.Length > 0, Is.EqualTo(exit == ExitCode.LimitExceeded));
        });
    }

    [Test]
    public void A_newer_guest_maps_less_often()
    {
        ulong Events(string guest) => ToolRun.Json("predict", H100, "--host-kernel", "7.3", "--guest-kernel", guest)
            .GetProperty("kernels")[0].GetProperty("bars")[0].GetProperty("mapEvents").GetUInt64();
        Assert.That(Events("6.14"), Is.LessThan(Events("6.12")));
    }

    [Test]
    public void A_narrow_terminal_gets_lines_that_fit()
    {
        using var output = new StringWriter();
        using var input = new StringReader("");
        var streams = new CliStreams(output, TextWriter.Null, input) { Width = 100 };
        Cli.RunAsync(["predict", H100, "--host-kernel", "6.16,7.3"], streams, CancellationToken.None).GetAwaiter().GetResult();
        Assert.That(output.ToString().Split('\n'), Has.All.Length.LessThanOrEqualTo(100));
    }

    [Test]
    public void A_cancelled_run_prints_nothing()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader("");
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var exit = Cli.RunAsync(["predict"], output, error, input, stop.Token).GetAwaiter().GetResult();
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Interrupted));
            Assert.That(output.ToString(), Is.Empty);
            Assert.That(error.ToString().TrimEnd(), Is.EqualTo("fast: interrupted; nothing was written"));
        });
    }
}
