using System.CommandLine;
using System.Text.Json;
using Fast.Host;
using Fast.Tests;
using Fast.Tool.Measure;
using Fast.Tool.Tests.Json;

namespace Fast.Tool.Tests.Measure;

/// <summary><c>fast measure</c> over a kernel that is not there.</summary>
internal sealed class MeasureVerbTests
{
    [TestCase(4, "--repeat", "2")]
    [TestCase(6, "--size", "2M,1G", "--va-skew", "0,4K,natural")]
    [TestCase(2, "--case", "1G", "--case", "64M@4K:2M:4K", "--fast-path")]
    [TestCase(2, "--ram", "4K,thp", "--size", "4M")]
    [TestCase(1, "--backend", "iommufd", "--size", "1G")]
    public void A_document_is_as_its_schema_says(int points, params string[] args)
    {
        var (exit, output, _) = Run(new FakeKernel { BarBytes = 1UL << 30 }, [.. args, "--json"]);
        Assert.That(exit, Is.Zero);
        using var document = JsonDocument.Parse(output);
        Assert.That(SchemaCheck.Problems("fast.measure-1.schema.json", document.RootElement), Is.Empty);
        // The default has a fourth point where the BAR is larger than 1 GiB.
        Assert.That(document.RootElement.GetProperty("points").GetArrayLength(), Is.EqualTo(args[0] == "--repeat" ? points - 1 : points));
    }

    [Test]
    public void Skews_and_places_are_those_that_were_asked_for()
    {
        var (_, output, _) = Run(new FakeKernel(), ["--case", "64M@4K:2M:12K", "--json"]);
        using var document = JsonDocument.Parse(output);
        var point = document.RootElement.GetProperty("points")[0];
        Assert.Multiple(() =>
        {
            Assert.That(point.GetProperty("size").GetUInt64(), Is.EqualTo(64UL << 20));
            Assert.That(point.GetProperty("offset").GetUInt64(), Is.EqualTo(4096));
            Assert.That(point.GetProperty("physical").GetUInt64(), Is.EqualTo((64UL << 30) + 4096));
            Assert.That(point.GetProperty("vaSkew").GetUInt64(), Is.EqualTo(2UL << 20));
            Assert.That(Congruent.Skew(point.GetProperty("iova").GetUInt64(), point.GetProperty("physical").GetUInt64()), Is.EqualTo(12288));
        });
    }

    [Test]
    public void The_fast_path_reads_the_leaves_that_this_kernel_makes()
    {
        using var host = new FakeHost();
        Directory.CreateDirectory(host.Tree.PathOf("proc/sys/kernel"));
        File.WriteAllText(host.Tree.PathOf("proc/sys/kernel/osrelease"), "7.3.4+deb13-amd64\n");
        var (_, output, _) = Run(new FakeKernel(), ["--case", "1G", "--case", "1G:2M", "--fast-path", "--json"], host);
        using var document = JsonDocument.Parse(output);
        var fast = document.RootElement.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("fastPath").GetProperty("leaves").GetInt64());
        Assert.That(fast, Is.EqualTo(new[] { 1, 512 }));
    }

    [Test]
    public void The_calibration_has_each_size_cold_and_warm_as_its_schema_says()
    {
        var file = Path.GetTempFileName();
        try
        {
            var (exit, _, _) = Run(new FakeKernel(), ["--size", "2M,1G", "--calibration", file]);
            Assert.That(exit, Is.Zero);
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            var points = document.RootElement.GetProperty("points").EnumerateArray().Select(point => (point.GetProperty("bytes").GetUInt64(), point.GetProperty("cold").GetBoolean(), point.GetProperty("kind").GetString()));
            Assert.That(points, Is.EqualTo(new[] { (2UL << 20, true, "bar"), (2UL << 20, false, "bar"), (1UL << 30, true, "bar"), (1UL << 30, false, "bar") }));
            Assert.That(document.RootElement.GetProperty("schema").GetString(), Is.EqualTo("fast.calibration/1"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void People_see_times_and_what_alignment_allows()
    {
        var (_, output, _) = Run(new FakeKernel(), ["--size", "1G", "--va-skew", "0,2M"]);
        Assert.That(output, Does.Contain("0000:3b:00.0 (vfio-pci, IOMMU group 12)").And.Contain("1G of BAR 2, mmap off by 2M").And.Contain("up to 2M").And.Contain("0.1 µs"));
    }

    [Test]
    public void A_held_mapping_stands_until_a_line_comes()
    {
        var kernel = new FakeKernel();
        var (exit, _, error) = Run(kernel, ["--size", "1G", "--hold"]);
        Assert.That((exit, kernel.LeftMapped, kernel.LeftForDma), Is.EqualTo((0, 0, 0)));
        Assert.That(error, Does.Contain("held: process ").And.Contain("virtual address 0x").And.Contain("device address 0x"));
    }

    [TestCase("decode off", 14, "--size", "1G")]
    [TestCase("RLIMIT_MEMLOCK", 12, "--ram", "4K", "--size", "4M")]
    public void A_refusal_is_one_line(string what, int errno, params string[] args)
    {
        var kernel = new FakeKernel { MapErrno = errno };
        var wrong = Assert.Throws<InputException>(() => Run(kernel, args));
        Assert.That(wrong!.Message, Does.StartWith("measure: MAP_DMA of ").And.Contain(what).And.Not.Contain("\n"));
        Assert.That((kernel.LeftOpen, kernel.LeftMapped), Is.EqualTo((Array.Empty<string>(), 0)));
    }

    [TestCase("leave --va-skew out", "--ram", "4K", "--va-skew", "2M")]
    [TestCase("leave --size out", "--case", "1G", "--size", "1G")]
    [TestCase("cannot be mmapped", "--bar", "1")]
    [TestCase("cannot be mmapped at 2G", "--offset", "2G")]
    [TestCase("1G from 4K of BAR 2 cannot be mmapped; VFIO lets be mmapped: 1G from 0", "--case", "1G@4K")]
    public void What_cannot_be_is_said(string what, params string[] args) =>
        Assert.That(Assert.Throws<InputException>(() => Run(new FakeKernel(), args))!.Message, Does.Contain(what));

    [TestCase("--size", "3")]
    [TestCase("--bar", "6")]
    [TestCase("--ram", "8K")]
    [TestCase("--va-skew", "1G")]
    [TestCase("--case", "1G:2M:4K:8K")]
    [TestCase("--case", "@4K")]
    [TestCase("--repeat", "0")]
    [TestCase("--backend", "vfio")]
    [TestCase("nvidia")]
    public void Wrong_values_are_refused_in_one_line(params string[] args) => ToolRun.Of(["measure", .. args]).IsRefused();

    private static (int Exit, string Out, string Error) Run(FakeKernel kernel, string[] args, FakeHost? other = null)
    {
        using var own = other is null ? new FakeHost() : null;
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader("\n");
        var root = new RootCommand { MeasureVerb.Create(new CliStreams(output, error, input), (other ?? own)!.Tree, () => kernel) };
        var exit = root.Parse(["measure", "--quiet", .. args]).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        return (exit, output.ToString(), error.ToString());
    }
}
