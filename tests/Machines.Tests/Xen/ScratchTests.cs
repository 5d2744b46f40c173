using System.Diagnostics;
using Fast.Machines;
using Fast.Machines.Xen;

namespace Fast.Tests.Xen;

public sealed class ScratchTests
{
    [TestCase("type-change-in-place", Dom0Mode.PvhEptShared)]
    [TestCase("lend-2m", Dom0Mode.PvhEptShared)]
    [TestCase("lend-4k", Dom0Mode.PvhEptShared)]
    [TestCase("pv-exchange", Dom0Mode.Pv)]
    public void One(string id, Dom0Mode mode)
    {
            var settings = new XenSettings { Dom0 = mode };
            var start = Stopwatch.GetTimestamp();
            using var machine = new BlobMachine(settings, Strategy.Find(id)!, XenCosts.Default);
            TestContext.Out.WriteLine($"built {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00}");
            var calls = new Dictionary<XenCall, (int, long)>();
            machine.Begin();
            machine.Simulation.RunUntil(3600_000_000_000);
            TestContext.Out.WriteLine($"ran {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00}");
            var r = machine.Result();
            TestContext.Out.WriteLine($"checked {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} cpu {Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds} created {r.Blobs.Created} {r.Calls} mig {r.Blobs.Migrations}/{r.Blobs.MigrationsRefused} gc {GC.CollectionCount(0)} {GC.CollectionCount(1)} {GC.CollectionCount(2)}");
    }
}
