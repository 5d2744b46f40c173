using System.Globalization;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>
/// Each public timing of a BAR through type1, predicted from the others: one factor, nanoseconds per instruction, is taken from all points but one and has to give that one.
/// Every other row of the table is listed with the reason why it is not predicted.
/// </summary>
public sealed class CalibrationTests
{
    private const double Factor = 1.4;
    private const double PageBytes = 4096;

    private static readonly Dictionary<string, string> NotPredicted = new(StringComparer.Ordinal)
    {
        ["aw-32g-after"] = "an upper bound, not a time; PublicTimingTests holds the prediction below it",
        ["cai-16g-after"] = "a shortcut for reserved pages that no modelled kernel has any more",
        ["hyperv-128g-flip"] = "another hypervisor; its page size is unknown",
        ["rtx5090-iommufd"] = "a patched iommufd, not type1",
    };

    // A row of ordinary memory: pinning and page clearing, which no BAR has.
    private static readonly string[] Memory = ["lizhe-", "aw-16g-unit-", "jordan-"];

    private static (string Id, double Seconds, double Bytes)[] Rows { get; } =
    [
        .. TestData.Read("calibration-points.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line =>
        {
            // Fields in quotes hold commas; what is wanted stands around the bytes.
            var match = System.Text.RegularExpressions.Regex.Match(line, "^([^,]+),.*,([0-9]+),[^,]*,([0-9.]+),");
            return (match.Groups[1].Value, double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture), double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
        }),
    ];

    private static string[] Points() => [.. Rows.Select(row => row.Id).Where(id => InstructionsPerPage(id) is not null)];

    [TestCaseSource(nameof(Points))]
    public void A_point_follows_from_the_others(string point)
    {
        var others = Rows.Where(row => row.Id != point && InstructionsPerPage(row.Id) is not null).Select(row => row.Seconds / Instructions(row)).ToArray();
        var factor = Math.Exp(others.Average(Math.Log));
        var row = Rows.Single(one => one.Id == point);
        Assert.That(Math.Abs(Math.Log(Instructions(row) * factor / row.Seconds)), Is.LessThan(Math.Log(Factor)), $"predicted {Instructions(row) * factor:G3} s, timed {row.Seconds} s");
    }

    [Test]
    public void Every_row_is_predicted_or_says_why_not() => Assert.That(
        Rows.Select(row => row.Id).Where(id => InstructionsPerPage(id) is null && !NotPredicted.ContainsKey(id) && !Memory.Any(id.StartsWith)), Is.Empty);

    [Test]
    public void No_band_was_widened_to_fit()
    {
        Assert.That(Knowledge.Default.MapBand.Value, Is.EqualTo(1.25));
        Assert.That(Knowledge.Default.UnmapBand.Value, Is.EqualTo(2));
    }

    private static double Instructions((string Id, double Seconds, double Bytes) row) => InstructionsPerPage(row.Id)!.Value * row.Bytes / PageBytes;

    /// <summary>Counted instructions of one page of 4 KiB: a warm map on the kernel of the point, and where the point is a toggle the unmap before it.</summary>
    private static double? InstructionsPerPage(string id) => id switch
    {
        _ when id.StartsWith("dgx-h100-toggle", StringComparison.Ordinal) => PerPage("6.12") + Costs("6.12").PerIovaToPhys.Value,
        "aw-32g-before" => PerPage("6.12"),
        "cai-16g-before" => PerPage("6.1"),
        _ => null,
    };

    private static double PerPage(string kernel) => kernel == "6.1" ? Costs(kernel).PerLookup.Small.Value : Costs(kernel).PerLookup.Large.Value;

    private static KernelCosts Costs(string kernel) => Knowledge.Default.Kernels.Single(costs => costs.Kernel.ToString() == kernel);
}
