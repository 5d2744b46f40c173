using System.Globalization;
using System.Text;
using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>Times of one's own machine in place of the public ones.</summary>
public sealed class CalibrationFileTests
{
    private const ulong M64 = 64UL << 20;

    private static string Text => """
        {
          "schema": "fast.calibration/1", "machine": "a box", "kernel": "6.12.107+deb13-amd64", "iommu": "vtd", "cpu": "a CPU", "source": "made up",
          "points": [
            { "kind": "bar", "bytes": 67108864, "skewBytes": 4096, "cold": true, "mapNanoseconds": MAP0, "unmapNanoseconds": UNMAP },
            { "kind": "bar", "bytes": 67108864, "skewBytes": 0, "cold": false, "mapNanoseconds": MAP1, "unmapNanoseconds": UNMAP },
            { "kind": "ram", "bytes": 67108864, "skewBytes": 0, "cold": true, "mapNanoseconds": RAM0, "unmapNanoseconds": 1 }
          ]
        }
        """;

    private static Calibration Derive(double mapRate, double unmapRate, double ramRate, double worse = 1)
    {
        var model = new CostModel(Knowledge.Default);
        var kernel = Knowledge.Default.Behaviours.Resolve(new KernelVersion(6, 12));
        double Map(ulong skew, bool warm)
        {
            var barCase = BarCase.Create(new BarCaseOptions { Bytes = M64, Kernel = kernel.Version, VaSkew = skew, Warm = warm });
            return model.PriceMap(kernel, MapSteps.Of(barCase, BarExperiment.Run(barCase))).Instructions * mapRate;
        }

        string Whole(double nanoseconds) => Math.Round(nanoseconds).ToString(CultureInfo.InvariantCulture);
        var text = Text.Replace("MAP0", Whole(Map(4096, warm: false) * worse), StringComparison.Ordinal).Replace("MAP1", Whole(Map(0, warm: true) / worse), StringComparison.Ordinal)
            .Replace("UNMAP", Whole(model.PriceUnmap(kernel, M64 / 4096).Instructions * unmapRate), StringComparison.Ordinal)
            .Replace("RAM0", Whole(model.PricePin(kernel, RamKind.Pages4K, M64 / 4096, isTouched: false).Instructions * ramRate), StringComparison.Ordinal);
        Assert.That(CalibrationFile.TryRead(Encoding.UTF8.GetBytes(text), "c.json", out var file, out var error), error);
        Assert.That(Calibration.TryDerive(file!, Knowledge.Default, new BarCaseCache(), null, CancellationToken.None, out var calibration, out error), error);
        return calibration!;
    }

    [Test]
    public void The_rate_that_made_the_times_comes_out_of_them_and_prices()
    {
        var calibration = Derive(0.2, 0.3, 0.4);
        var request = new PredictionRequest { Devices = SmallHost.Gpu("64M"), HostKernels = [new KernelVersion(6, 12)], Ram = new GuestRam(1UL << 30, RamKind.Pages4K) };
        var (usual, timed) = (SmallHost.Predict(request).Kernels[0], new Predictor(Knowledge.Default, new BarCaseCache(), calibration).Predict(request));
        Assert.Multiple(() =>
        {
            Assert.That(calibration.Map!.NanosecondsPerInstruction, Is.EqualTo(0.2).Within(1e-6));
            Assert.That((calibration.Map.Points, calibration.Unmap!.Points, calibration.Ram!.Points), Is.EqualTo((2, 2, 1)));
            Assert.That(calibration.Map.Band, Is.EqualTo(1.05), "times that agree to the digit do not make a band of nothing");
            Assert.That(calibration.Ram.Band, Is.EqualTo(Knowledge.Default.RamBand.Value), "one point has no spread");
            Assert.That(timed.Kernels[0].Total.Map.Center, Is.EqualTo(usual.Total.Map.Center * 0.2 / 0.094).Within(0.01).Percent);
            Assert.That(timed.Kernels[0].Total.Unmap.Center, Is.EqualTo(usual.Total.Unmap.Center * 0.3 / 0.094).Within(0.01).Percent);
            Assert.That(timed.Kernels[0].Total.Unmap.High, Is.EqualTo(timed.Kernels[0].Total.Unmap.Center * 1.05).Within(1e-9));
            Assert.That(timed.Kernels[0].Ram!.Time.Center, Is.EqualTo(usual.Ram!.Time.Center * 0.4 / 0.094).Within(0.01).Percent);
            Assert.That(timed.Costs.UnmapGrounds, Is.EqualTo("counted, and timed on a box"));
        });
    }

    [Test]
    public void The_band_is_as_wide_as_the_times_scatter()
    {
        var calibration = Derive(0.2, 0.3, 0.4, worse: 1.5);
        Assert.That(calibration.Map!.NanosecondsPerInstruction, Is.EqualTo(0.2).Within(1e-6));
        Assert.That(calibration.Map.Band, Is.EqualTo(1.5).Within(1e-6));
    }

    [TestCase("fast.calibration/1", "fast.calibration/2", "line 2: schema: expected 'fast.calibration/1'")]
    [TestCase("\"6.12.107+deb13-amd64\"", "\"stable\"", "kernel: 'stable' is not a kernel version")]
    [TestCase("\"vtd\"", "\"smmu\"", "iommu: 'smmu' is not an IOMMU that is modelled")]
    [TestCase("\"kind\": \"ram\"", "\"kind\": \"rom\"", "line 6: points[2].kind: 'rom' is not one of bar, ram")]
    [TestCase("\"bytes\": 67108864, \"skewBytes\": 4096", "\"bytes\": 100, \"skewBytes\": 4096", "points[0].bytes: 100 is not a multiple of 4096")]
    [TestCase("\"skewBytes\": 4096", "\"skewBytes\": 1073741824", "points[0].skewBytes: 1073741824 is not a multiple of 4096 from 0 to 1073737728")]
    [TestCase("\"skewBytes\": 0, \"cold\": true, \"mapNanoseconds\": RAM0", "\"skewBytes\": 4096, \"cold\": true, \"mapNanoseconds\": RAM0", "points[2].skewBytes")]
    [TestCase("\"mapNanoseconds\": MAP0", "\"mapNanoseconds\": 0", "points[0].mapNanoseconds: 0 is not a number from 1 on")]
    [TestCase("\"cpu\": \"a CPU\"", "\"cpu\": \"a CPU\", \"gpu\": \"x\"", "'gpu' is not a field here")]
    public void What_is_wrong_with_a_file_is_said_with_line_and_field(string right, string wrong, string message)
    {
        Assert.That(Text, Does.Contain(right));
        var text = Text.Replace(right, wrong, StringComparison.Ordinal);
        foreach (var name in new[] { "MAP0", "MAP1", "RAM0", "UNMAP" }) text = text.Replace(name, "1000", StringComparison.Ordinal);
        Assert.That(CalibrationFile.TryRead(Encoding.UTF8.GetBytes(text), "c.json", out _, out var error), Is.False);
        Assert.That(error, Does.StartWith("c.json, line ").And.Contain(message).And.EndWith("see fast.calibration-1.schema.json"));
    }

    [Test]
    public void A_kernel_that_is_not_modelled_cannot_be_compared_with()
    {
        var text = Text.Replace("6.12.107+deb13-amd64", "5.15.0-91-generic", StringComparison.Ordinal);
        foreach (var name in new[] { "MAP0", "MAP1", "RAM0", "UNMAP" }) text = text.Replace(name, "1000", StringComparison.Ordinal);
        Assert.That(CalibrationFile.TryRead(Encoding.UTF8.GetBytes(text), "c.json", out var file, out _));
        Assert.That(Calibration.TryDerive(file!, Knowledge.Default, new BarCaseCache(), null, CancellationToken.None, out _, out var error), Is.False);
        Assert.That(error, Does.StartWith("Linux 5.15.0 is not modelled").Or.StartWith("Linux 5.15 is not modelled"));
    }
}
