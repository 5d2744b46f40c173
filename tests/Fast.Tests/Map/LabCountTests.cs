using System.Globalization;
using System.Text.Json;
using Fast.Tool.Map;

namespace Fast.Tool.Tests.Map;

/// <summary>The counts of real kernels that the tool carries, against what the tool executes in the same case.</summary>
internal sealed class LabCountTests
{
    private static IEnumerable<TestCaseData> Rows =>
        from row in LabCounts.Default.Rows
        from warm in new[] { false, true }
        select new TestCaseData(row, warm).SetArgDisplayNames(row.Release, $"{row.Bytes >> 30}G", $"{row.VaSkew}", warm ? "warm" : "cold");

    [TestCaseSource(nameof(Rows))]
    public void Executed_counts_are_those_of_the_real_kernel(LabRow row, bool warm)
    {
        var run = ToolRun.Json([
            "map", "--kernel", row.Kernel, "--size", row.Bytes.ToString(CultureInfo.InvariantCulture), "--va-skew",
            row.VaSkew.ToString(CultureInfo.InvariantCulture), .. warm ? (string[])["--warm"] : []]);
        var (map, counted) = (run.GetProperty("map"), run.GetProperty("counted"));
        Assert.Multiple(() =>
        {
            Assert.That(counted.GetProperty("release").GetString(), Is.EqualTo(row.Release));
            foreach (var name in (string[])["vaddrGetPfns", "lookups", "iommuMapCalls", .. warm ? (string[])[] : ["faults"]])
                Assert.That(map.GetProperty(name).GetInt64(), Is.EqualTo(counted.GetProperty(name).GetInt64()), name);
            // Warm, nothing faults: a matter of definition there, not a count.
            if (!warm && counted.GetProperty("hugeFaultCalls") is { ValueKind: JsonValueKind.Number } calls)
                Assert.That(map.GetProperty("hugeFaultCalls").GetInt64(), Is.EqualTo(calls.GetInt64()), "hugeFaultCalls");
            if (counted.GetProperty("iovaToPhys") is { ValueKind: JsonValueKind.Number } asked)
                Assert.That(run.GetProperty("unmap").GetProperty("iovaToPhys").GetInt64(), Is.EqualTo(asked.GetInt64()), "iovaToPhys");
        });
    }

    [TestCase("--patches", "1,2")]
    [TestCase("--thp", "never")]
    [TestCase("--iova-skew", "4K")]
    [TestCase("--path", "fast")]
    public void A_case_that_was_not_counted_has_no_counts(params string[] options) =>
        Assert.That(ToolRun.Json(["map", "--size", "1G", "--kernel", "6.12", .. options]).GetProperty("counted").ValueKind, Is.EqualTo(JsonValueKind.Null));
}
