using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>The public DGX H100 log and the prediction of the same machine, in one: events by executed config accesses, seconds within the band.</summary>
public sealed class GoldenLogTests
{
    private static readonly MapCause[] InTheLog = [MapCause.BridgeSizing, MapCause.BridgeWindowProbe, MapCause.EndpointSizing];

    [Test]
    public void The_log_and_the_prediction_of_its_machine_say_the_same()
    {
        const string File = "dgx-h100-guest-boot-dmesg-4gpu-host6.12.txt";
        var log = LogAnalysis.Of(GuestLog.Read(TestData.Read(File), File), Knowledge.Default);
        var request = new PredictionRequest
        {
            Devices = BuiltInHosts.Find("dgx-h100")!.SelectGpus().Devices,
            HostKernels = [new KernelVersion(6, 12)],
            GuestKernel = new KernelVersion(6, 12),
            Firmware = "ovmf",
            PhysicalBits = 46,
        };
        var prediction = SmallHost.Predict(request);
        var large = prediction.Kernels[0].Bars.Where(bar => bar.Region.Bytes == 128UL << 30).ToArray();
        var events = prediction.Devices.Select(device => device.Events.Where(each => InTheLog.Contains(each.Cause)).Sum(each => (long)each.Maps)).ToArray();
        var seconds = prediction.Kernels[0].Bars.SelectMany(bar => bar.ByCause).Where(part => InTheLog.Contains(part.Cause)).Aggregate(Seconds.Zero, (sum, part) => sum + part.Time.Sum);
        var onePort = large[0].ByCause.Where(part => part.Cause is MapCause.BridgeSizing or MapCause.BridgeWindowProbe).Aggregate(Seconds.Zero, (sum, part) => sum + part.Time.Sum);
        Assert.Multiple(() =>
        {
            // Four on each of four ports, four on the one endpoint that the excerpt shows; in all eight per GPU.
            Assert.That(log.Functions.Select(function => (function.IsBridge, function.Events)), Is.EqualTo(new[] { (true, 4), (true, 4), (true, 4), (true, 4), (false, 4) }));
            Assert.That((log.Events, log.Extrapolated!.Events), Is.EqualTo((20, 32)));
            Assert.That(events, Is.EqualTo(new[] { 8, 8, 8, 8 }));
            Assert.That(prediction.Devices[0].Events.Single(each => each.Cause == MapCause.BridgeWindowRewrite).Maps, Is.EqualTo(1), "after the excerpt");
            Assert.That(prediction.Devices[0].Events.Single(each => each.Cause == MapCause.Firmware).Maps, Is.EqualTo(2), "before it");

            Assert.That(log.Seconds, Is.EqualTo(65.9).Within(0.05));
            Assert.That(log.Extrapolated.Seconds, Is.EqualTo(104.7).Within(0.05));
            Assert.That(seconds.Contains(log.Extrapolated.Seconds), $"predicted {seconds}");
            foreach (var port in log.Functions.Where(function => function.IsBridge)) Assert.That(onePort.Contains(port.Seconds), $"{port.Address}: {port.Seconds} s, predicted {onePort}");

            var pages = (128UL << 30) / 4096.0;
            var perPage = onePort * 1;
            Assert.That((log.PerPage!.Low, log.PerPage.High), Is.EqualTo((95.0, 106.0)).Within(0.5));
            Assert.That(perPage.Low / 4 / pages * 1e9, Is.LessThan(log.PerPage.Low));
            Assert.That(perPage.High / 4 / pages * 1e9, Is.GreaterThan(log.PerPage.High));
            Assert.That(log.Host, Does.Contain("before Linux 6.15"));
        });
    }
}
