using Fast.Lab;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>The traces of <c>Data</c>, and the machine that they were taken on.</summary>
internal static class ConfigTrace
{
    internal static TraceLine[] Read(string name) => [.. File.ReadLines(Path.Combine(TestData.Folder, name)).Select(TraceLine.Parse)];

    /// <summary>QEMU 7.2, q35: one root port, behind it one ivshmem with a BAR of 256 bytes and one of 4 GiB.</summary>
    internal static PciHierarchy Machine()
    {
        var ivshmem = new PciFunction("01:00.0", BarDeclaration.Memory32(0, 256), BarDeclaration.Memory64(2, 4UL << 30)) { ClassCode = 0x0500 };
        return new PciHierarchy(
            new PciFunction("00:00.0") { ClassCode = 0x0600 },
            new PciBridge("00:03.0", [ivshmem], BarDeclaration.Memory32(0, 4096)) { IsHotPlug = true },
            new PciFunction("00:1f.0") { ClassCode = 0x0601 },
            new PciFunction("00:1f.2", new BarDeclaration(4, 32, BarKind.IoPorts), BarDeclaration.Memory32(5, 4096)) { ClassCode = 0x0106 },
            new PciFunction("00:1f.3", new BarDeclaration(4, 64, BarKind.IoPorts)) { ClassCode = 0x0C05 });
    }
}
