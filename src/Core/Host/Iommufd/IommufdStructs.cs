using System.Runtime.InteropServices;

namespace Fast.Host;

#pragma warning disable CA1815 // Arguments of requests: fields, named after those of the kernel's headers.

[StructLayout(LayoutKind.Sequential)]
internal struct IommuIoasAlloc
{
    public uint Size;
    public uint Flags;
    public uint OutIoasId;
}

[StructLayout(LayoutKind.Sequential)]
internal struct IommuIoasMap
{
    public uint Size;
    public uint Flags;
    public uint IoasId;
    public uint Reserved;
    public ulong UserVa;
    public ulong Length;
    public ulong Iova;
}

[StructLayout(LayoutKind.Sequential)]
internal struct IommuIoasMapFile
{
    public uint Size;
    public uint Flags;
    public uint IoasId;
    public int Descriptor;
    public ulong Start;
    public ulong Length;
    public ulong Iova;
}

[StructLayout(LayoutKind.Sequential)]
internal struct IommuIoasUnmap
{
    public uint Size;
    public uint IoasId;
    public ulong Iova;
    public ulong Length;
}
