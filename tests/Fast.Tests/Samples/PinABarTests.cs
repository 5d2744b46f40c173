using Fast.Tool.Tests.Processes;

namespace Fast.Tool.Tests.Samples;

internal sealed class PinABarTests
{
    [Test]
    public void It_prints_runs_and_leaves()
    {
        var (exit, output, error) = ToolProcess.Wait(ToolProcess.Start(ToolProcess.Dotnet, [ToolProcess.Assembly("PinABar")]));
        Assert.That((exit, error), Is.EqualTo((0, "")));
        Assert.That(output.ReplaceLineEndings("\n"), Is.EqualTo("""
            pinned 8,388,608 pages in 1 run: 32 leaves read, 32 leaves written
            the device's 0x1000000000 is 0x84000000000, its last byte 0x847ffffffff
            unmapped 32 leaves; tables now 16K

            """.ReplaceLineEndings("\n")));
    }
}
