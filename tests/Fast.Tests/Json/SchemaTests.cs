using System.Text.Json;
using Fast.Machines;

namespace Fast.Tool.Tests.Json;

/// <summary>What the tool prints is what docs/schema promises.</summary>
internal sealed class SchemaTests
{
    [TestCase("map", "--size", "1G")]
    [TestCase("map", "--size", "1G", "--path", "fast", "--repeat", "3")]
    [TestCase("map", "--size", "64M", "--kernel", "6.12", "--patches", "all", "--iova-skew", "4K")]
    [TestCase("map", "--size", "1G", "--compare")]
    [TestCase("map", "--size", "4M", "--compare", "6.1,7.3,fast")]
    [TestCase("map", "--size", "4M", "--ram", "2M", "--break-every", "2M", "--domains", "2", "--memlock", "8M", "--fail", "map:3")]
    [TestCase("map", "--size", "4M", "--backend", "iommufd", "--holes", "0")]
    [TestCase("map", "--size", "1G", "--iommu", "amdv1", "--iova-skew", "64K", "--compare")]
    [TestCase("map", "--size", "32G", "--iommu", "armv8-s2-4k")]
    [TestCase("predict", "--host-kernel", "6.16,7.3")]
    [TestCase("predict", "--host-kernel", "6.16", "--iommu", "amd-v1")]
    [TestCase("predict", "--host-kernel", "7.3", "--fail-over", "1000", "--guest-kernel", "6.14", "--thp", "never", "--firmware", "seabios")]
    [TestCase("explain")]
    [TestCase("explain", "--host-kernel", "6.12", "--thp", "madvise", "--vmm", "qemu-8.2")]
    [TestCase("explain", "--case", "none", "--fail-on", "error")]
    [TestCase("explain", "--hole", "2:1G+64K", "--protect", "0:0+4K", "--va", "2:0x7f0000000000", "--iova", "2:0x4000200000", "--iommu", "amdv1")]
    [TestCase("explain", "--case", "iommufd", "--execute")]
    [TestCase("fit")]
    [TestCase("fit", "h100nvl-x4", "--bridges", "0", "--firmware", "seabios", "--phys-bits", "40", "--ram", "256GB")]
    [TestCase("fit", "rtx4090x6", "--rebar", "32G", "--window", "0x4000000000-0x7fffffffff")]
    [TestCase("fit", "--ram", "1T", "--phys-bits", "40", "--cpu", "amd")]
    [TestCase("predict", "--host-kernel", "6.16,6.19", "--backend", "iommufd", "--ram", "4G", "--ram-pages", "2M", "--phys-bits", "40", "--gpus", "5")]
    [TestCase("predict", "--host-kernel", "7.3", "--no-mmap", "--ram", "1G", "--firmware", "ovmf-2026.08")]
    [TestCase("run", "azure-14-gpus")]
    [TestCase("run", "dock")]
    [TestCase("formats")]
    [TestCase("formats", "vtd-ss-4l", "--emit")]
    public void A_document_is_as_its_schema_says(params string[] args)
    {
        var document = ToolRun.Json(args);
        Assert.That(document.GetProperty("schema").GetString(), Is.EqualTo($"fast.{args[0]}/1"));
        Assert.That(SchemaCheck.Problems($"fast.{args[0]}-1.schema.json", document), Is.Empty);
    }

    [TestCase("$.machine is spaceship", "\"machine\": \"hyperv\"", "\"machine\": \"spaceship\"")]
    [TestCase("lacks 'runs'", "\"runs\"", "\"strategies\"")]
    public void A_document_that_is_none_of_the_alternatives_is_found(string problem, string right, string wrong)
    {
        var text = ToolRun.Of("run", "azure-14-gpus", "--json", "--quiet").Out;
        Assert.That(text, Does.Contain(right));
        using var document = JsonDocument.Parse(text.Replace(right, wrong, StringComparison.Ordinal));
        Assert.That(SchemaCheck.Problems("fast.run-1.schema.json", document.RootElement), Has.Some.Contains(problem));
    }

    /// <summary>What the help page lists is what there is.</summary>
    [Test]
    public void Every_verb_has_a_schema()
    {
        var verbs = ToolRun.Of("--help").Out.Split('\n').SkipWhile(line => !line.StartsWith("Commands:", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))
            .Where(line => line.Length > 2 && line[2] != ' ').Select(line => line.Trim().Split(' ')[0]).ToList();
        Assert.That(verbs, Has.Count.GreaterThan(5).And.Contains("predict").And.Contains("measure"));
        Assert.That(verbs.Where(verb => !File.Exists(Path.Combine(AppContext.BaseDirectory, "Schema", $"fast.{verb}-1.schema.json"))), Is.Empty);
    }

    [TestCaseSource(nameof(Logs))]
    public void The_document_of_a_log_is_as_its_schema_says(string file)
    {
        var document = ToolRun.Json("log", file);
        Assert.That(SchemaCheck.Problems("fast.log-1.schema.json", document), Is.Empty);
    }

    [TestCaseSource(nameof(Scenarios))]
    public void Built_in_scenarios_are_as_their_schema_says(string name)
    {
        using var document = JsonDocument.Parse(BuiltInScenarios.BytesOf(name)!);
        Assert.That(SchemaCheck.Problems("fast.scenario-1.schema.json", document.RootElement), Is.Empty);
    }

    private static IEnumerable<string> Logs() => Directory.EnumerateFiles(AppContext.BaseDirectory, "*-guest-dmesg-*.txt", SearchOption.AllDirectories)
        .Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "dgx-h100-guest-boot-*.txt", SearchOption.AllDirectories));

    private static string[] Scenarios() => [.. BuiltInScenarios.Names];

    [TestCase("$.outcome.ok", "true", "\"yes\"")]
    [TestCase("$.request.kernel", "\"7.3\"", "7.3")]
    [TestCase("$.map.lookups", "\"lookups\": 2", "\"lookups\": -2")]
    [TestCase("lacks 'chunks'", "\"chunks\"", "\"chunk\"")]
    [TestCase("the unknown 'chunk'", "\"chunks\"", "\"chunk\"")]
    public void The_check_finds_what_is_wrong(string problem, string right, string wrong)
    {
        var text = ToolRun.Of("map", "--size", "1G", "--json").Out;
        Assert.That(text, Does.Contain(right));
        using var document = JsonDocument.Parse(text.Replace(right, wrong, StringComparison.Ordinal));
        Assert.That(SchemaCheck.Problems("fast.map-1.schema.json", document.RootElement), Has.Some.Contains(problem));
    }

    [Test]
    public void Json_is_one_document_and_nothing_else()
    {
        var run = ToolRun.Of("map", "--size", "1G", "--json");
        Assert.That(run.Out, Does.StartWith("{").And.EndWith("}\n"));
        Assert.That(() => JsonDocument.Parse(run.Out).Dispose(), Throws.Nothing);
    }
}
