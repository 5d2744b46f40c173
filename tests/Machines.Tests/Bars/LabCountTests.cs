using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

public class LabCountTests
{
    [Test]
    public void Timing([Values] bool fast)
    {
        for (var i = 0; i < 4; i++)
        {
            var outcome = BarExperiment.Run(BarCase.Create(new BarCaseOptions { Bytes = 32UL << 30, Kernel = new(6, 12), Warm = true, Path = fast ? MapPath.Fast : MapPath.Kernel }));
            TestContext.Out.WriteLine($"{outcome.MapNanoseconds / 1e6} ms {outcome.UnmapNanoseconds / 1e6} ms {outcome.ManagedBytesAllocated} B {outcome}");
        }
    }
}
