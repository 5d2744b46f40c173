using System.Runtime.InteropServices;

namespace Fast.Host;

#pragma warning disable CA1815 // Arguments of requests: fields, named after those of the kernel's headers.

[StructLayout(LayoutKind.Sequential)]
internal struct VfioGroupStatus
{
    public uint Argsz;
    public uint Flags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct VfioRegionInfo
{
    public uint Argsz;
    public uint Flags;
    public uint Index;
    public uint CapOffset;
    public ulong Size;
    public ulong Offset;
}

[StructLayout(LayoutKind.Sequential)]
internal struct VfioCapabilityHeader
{
    public ushort Id;
    public ushort Version;
    public uint Next;
}

/// <summary>A sparse-mmap area has offset and size, a range of IOVAs first and last byte.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioPair
{
    public ulong First;
    public ulong Second;
}

[StructLayout(LayoutKind.Sequential)]
internal struct VfioIommuType1Info
{
    public uint Argsz;
    public uint Flags;
    public ulong IovaPageSizes;
    public uint CapOffset;
    public uint Pad;
}

[StructLayout(LayoutKind.Sequential)]
internal struct VfioIommuType1DmaMap
{
    public uint Argsz;
    public uint Flags;
    public ulong Vaddr;
    public ulong Iova;
    public ulong Size;
}

[StructLayout(LayoutKind.Sequential)]
internal struct VfioIommuType1DmaUnmap
{
    public uint Argsz;
    public uint Flags;
    public ulong Iova;
    public ulong Size;
}

[StructLayout(LayoutKind.Sequential)]
internal struct VfioDeviceFeatureDmaBuf
{
    public uint Argsz;
    public uint FeatureFlags;
    public uint RegionIndex;
    public uint OpenFlags;
    public uint Flags;
    public uint RangeCount;
    public VfioPair Range;
}

[StructLayout(LayoutKind.Sequential)]
internal struct VfioDeviceBindIommufd
{
    public uint Argsz;
    public uint Flags;
    public int Iommufd;
    public uint OutDeviceId;
}

[StructLayout(LayoutKind.Sequential)]
internal struct VfioDeviceAttachIommufdPt
{
    public uint Argsz;
    public uint Flags;
    public uint PtId;
}
