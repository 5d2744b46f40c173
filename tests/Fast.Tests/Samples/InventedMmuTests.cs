using Fast.Tool.Tests.Processes;

namespace Fast.Tool.Tests.Samples;

internal sealed class InventedMmuTests
{
    [Test]
    public void It_holds_its_vectors_and_prints_what_it_mapped()
    {
        var (exit, output, error) = ToolProcess.Wait(ToolProcess.Start(ToolProcess.Dotnet, [ToolProcess.Assembly("InventedMmu")]));
        Assert.That((exit, error), Is.EqualTo((0, "")));
        Assert.That(output.ReplaceLineEndings("\n"), Is.EqualTo("""
            quill-31: 31-bit addresses, entries of 4 bytes, tables of 256 bytes (Book), 64 bytes (Quire), 2048 bytes (Sheet)
            11 of 11 vectors as written
            screen: 16 leaves of 2 MiB and 128 of 4 KiB; 6 tables take 4544 bytes
            screen at 0x11abcdef: leaf 2M at level 1: pfn 0x241abc ReadWrite
            code: leaf 4K at level 0: pfn 0x300005 Read, Execute, entry 0x30000507: bit 1 is set
              0x10000000: pfn 0x240000 x 4352 ReadWrite
              0x11100000: pfn 0x241100 x 256 Read
              0x11200000: pfn 0x241200 x 3712 ReadWrite
            beyond the 31 bits: input address outside the format
            unmapped 659 leaves; the root is left, 256 bytes

            """.ReplaceLineEndings("\n")));
    }
}
