using System.Text.Json;

namespace Fast.Tool.Tests.Map;

/// <summary>A 32 GiB BAR: what <c>fast map --json</c> must count.</summary>
internal sealed class MapFigureTests
{
    private const long Pages = 8388608;

    [TestCase("--kernel 6.12 --warm", "lookups=8388608 vaddrGetPfns=8388608 chunks=1 iommuMapCalls=1 faults=0 pins=0")]
    [TestCase("--kernel 7.3 --warm", "lookups=32 vaddrGetPfns=32 gupAttempts=32 faults=0 pins=0")]
    [TestCase("--kernel 7.3", "lookups=64 vaddrGetPfns=32 faults=32 pins=0")]
    [TestCase("--kernel 6.1", "faults=1 lookups=8388609 pins=0")]
    [TestCase("--kernel 6.12", "lookups=8388640 faults=32 pins=0")]
    [TestCase("--kernel 6.12 --patches 1,2,3,4,5 --warm", "lookups=32 vaddrGetPfns=32 gupAttempts=32 faults=0")]
    [TestCase("--kernel 7.3 --va-skew 2M --warm", "lookups=16384 vaddrGetPfns=16384")]
    [TestCase("--kernel 7.3 --va-skew 4K --warm", "lookups=8388608 vaddrGetPfns=8388608")]
    [TestCase("--kernel 6.12 --va-skew 4K --warm", "lookups=8388608 vaddrGetPfns=8388608")]
    [TestCase("--path fast --warm", "leavesVisited=32 gupAttempts=0 lookups=0 vaddrGetPfns=0")]
    [TestCase("--path fast", "leavesVisited=32 gupAttempts=0 lookups=0 vaddrGetPfns=0")]
    public void Map_counts(string options, string counts) => AssertCounts(Run(options).GetProperty("map"), counts);

    [TestCase("--kernel 6.12 --warm", "iovaToPhys=8388608 iommuUnmapCalls=1")]
    [TestCase("--kernel 7.3 --warm", "iovaToPhys=8388608 iommuUnmapCalls=1")]
    [TestCase("--kernel 6.12 --warm --iommu amdv1", "iovaToPhys=1 iommuUnmapCalls=1")]
    [TestCase("--kernel 6.16 --warm --iommu amd-v1 --iova-skew 2M", "iovaToPhys=16384 iommuUnmapCalls=16384")]
    [TestCase("--kernel 7.3 --warm --iommu amdv1", "iovaToPhys=8388608 iommuUnmapCalls=1")]
    [TestCase("--path fast", "leavesVisited=32 iovaToPhys=0 unpins=0")]
    public void Unmap_counts(string options, string counts) => AssertCounts(Run(options).GetProperty("unmap"), counts);

    [TestCase("--kernel 7.3 --warm", 0, 0, 32)]
    [TestCase("--kernel 7.3 --va-skew 2M --warm", 0, 16384, 0)]
    [TestCase("--kernel 6.12 --thp never --warm", Pages, 0, 0)]
    [TestCase("--kernel 7.3 --thp never --warm", 0, 0, 32)]
    [TestCase("--path fast", 0, 0, 32)]
    public void Leaves_of_the_CPU_table(string options, long small, long middle, long large)
    {
        var leaves = Run(options).GetProperty("map").GetProperty("cpuLeaves");
        Assert.That((leaves.GetProperty("4K").GetInt64(), leaves.GetProperty("2M").GetInt64(), leaves.GetProperty("1G").GetInt64()), Is.EqualTo((small, middle, large)));
    }

    [TestCase("--iommu vtd", """{"4K":0,"2M":0,"1G":32}""")]
    [TestCase("--iommu vtd-ss-5l --iova-skew 2M", """{"4K":0,"2M":16384,"1G":0}""")]
    [TestCase("--iommu amdv1", """{"4K":0,"2M":0,"1G":0,"32G":1}""")]
    [TestCase("--iommu amdv1 --iova-skew 64K", """{"4K":0,"64K":524288,"2M":0,"1G":0}""")]
    [TestCase("--iommu amdv1 --path fast", """{"4K":0,"2M":0,"1G":0,"32G":1}""")]
    [TestCase("--iommu armv8-s2-4k", """{"4K":0,"2M":0,"1G":0,"16G":2}""")]
    [TestCase("--iommu riscv-sv39x4", """{"4K":0,"2M":0,"1G":32}""")]
    public void Leaves_of_the_IOMMU_table(string options, string leaves) => Assert.That(
        Run("--kernel 7.3 " + options).GetProperty("map").GetProperty("iommuLeaves").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""), Is.EqualTo(leaves));

    [TestCase("", "vtd", "vtd-ss-4l", "measured")]
    [TestCase("--iommu vtd-ss-4l", "vtd", "vtd-ss-4l", "measured")]
    [TestCase("--iommu amd-v1", "amdv1", "amd-v1", "assumed")]
    public void The_IOMMU_and_what_its_price_stands_on_are_reported(string options, string name, string id, string confidence)
    {
        var document = Run(("--path kernel " + options).Trim());
        var iommu = document.GetProperty("iommu");
        Assert.That(document.GetProperty("request").GetProperty("iommu").GetString(), Is.EqualTo(name));
        Assert.That((iommu.GetProperty("id").GetString(), iommu.GetProperty("confidence").GetString()), Is.EqualTo((id, confidence)));
    }

    [Test]
    public void Six_twelve_with_all_patches_maps_as_seven_three_does()
    {
        var (patched, newest) = (Run("--kernel 6.12 --patches all"), Run("--kernel 7.3"));
        Assert.That(patched.GetProperty("map").GetRawText(), Is.EqualTo(newest.GetProperty("map").GetRawText()));
    }

    [Test]
    public void Every_option_in_force_is_reported()
    {
        var request = Run("--kernel 6.12 --patches 1,2 --va-skew 2M --repeat 2 --warm").GetProperty("request");
        Assert.Multiple(() =>
        {
            Assert.That(request.GetProperty("size").GetInt64(), Is.EqualTo(32L << 30));
            Assert.That(request.GetProperty("bar").GetInt64(), Is.EqualTo(32L << 30));
            Assert.That(request.GetProperty("kernel").GetString(), Is.EqualTo("6.12"));
            Assert.That(request.GetProperty("patches").EnumerateArray().Select(patch => patch.GetInt32()), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(request.GetProperty("path").GetString(), Is.EqualTo("kernel"));
            Assert.That(request.GetProperty("warm").GetBoolean(), Is.True);
            Assert.That(request.GetProperty("vaSkew").GetInt64(), Is.EqualTo(2L << 20));
            Assert.That(request.GetProperty("thp").GetString(), Is.EqualTo("always"));
            Assert.That(request.GetProperty("iommu").GetString(), Is.EqualTo("vtd"));
            Assert.That(request.GetProperty("repeat").GetInt32(), Is.EqualTo(2));
        });
    }

    [Test]
    public void The_fast_path_is_measured_and_not_predicted() => Assert.Multiple(() =>
    {
        Assert.That(Run("--path fast").GetProperty("predicted").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(Run("--kernel 7.3").GetProperty("predicted").ValueKind, Is.EqualTo(JsonValueKind.Object));
    });

    private static JsonElement Run(string options) => ToolRun.Json(["map", "--size", "32G", .. options.Split(' ')]);

    private static void AssertCounts(JsonElement counters, string expected) => Assert.Multiple(() =>
    {
        foreach (var pair in expected.Split(' ').Select(pair => pair.Split('=')))
            Assert.That(counters.GetProperty(pair[0]).GetInt64(), Is.EqualTo(long.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture)), pair[0]);
    });
}
