using System.Diagnostics;
using Fast.Machines;
using Fast.Machines.Xen;

namespace Fast.Tests.Xen;

public sealed class ScratchTests
{
    [Test]
    public void Compare()
    {
        Assert.That(XenScenario.TryRead(BuiltInScenarios.BytesOf("xen-compare")!, "xen-compare", out var scenario, out var error), error);
        foreach (var run in scenario!.Runs)
        {
            var start = Stopwatch.GetTimestamp();
            using var machine = new BlobMachine(run.Settings, run.Strategy, XenCosts.Default);
            var r = machine.Run();
            var t = Stopwatch.GetElapsedTime(start);
            TestContext.Out.WriteLine($"{run.Name}: {t.TotalSeconds:0.00} s; steps {machine.Simulation.Steps} created {r.Blobs.Created} refused {r.Blobs.Refused} mig {r.Blobs.Migrations}/{r.Blobs.MigrationsAvoided}/{r.Blobs.MigrationsRefused} faults {r.Blobs.GuestFaults} stall {r.Blobs.StallNanoseconds / 1e9:0.000}");
            TestContext.Out.WriteLine($"   dom0 {r.Dom0.P2m.Written} shattered {r.Dom0.P2m.Shattered} leaves {r.Dom0.Leaves} iommu {r.Dom0.Iommu.Written} guest {r.Guest.P2m.Written} shattered {r.Guest.P2m.Shattered} refs {r.ReferencesTaken}/{r.ReferencesDropped} calls {r.Calls}/{r.Continuations}");
            TestContext.Out.WriteLine($"   lock dom0 {r.Dom0.Lock.HoldNanoseconds / 1e9:0.000}+{r.Dom0.Lock.WaitNanoseconds / 1e9:0.000} guest {r.Guest.Lock.HoldNanoseconds / 1e9:0.000}+{r.Guest.Lock.WaitNanoseconds / 1e9:0.000} revoke max {r.Blobs.LongestRevocation / 1e6:0.000} p99 {r.Blobs.RevocationP99 / 1e6:0.000} over {r.Blobs.RevocationsOverBudget} ext {r.Blobs.DeviceExtents}/{r.Blobs.DeviceBuffers} longest {r.Blobs.LongestDevicePages} ballooned {r.Blobs.MostBallooned} stale {r.Blobs.StaleCaching} cost {r.CostSeconds:0.000} failed {string.Join(",", r.Blobs.FailedOrders)} bad {string.Join(";", r.Violations)}");
        }
    }
}
