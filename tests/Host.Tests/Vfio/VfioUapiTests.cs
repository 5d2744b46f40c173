using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fast.Host;

namespace Fast.Tests;

/// <summary>Requests and arguments are those of the kernel's headers (include/uapi/linux/vfio.h and iommufd.h of 7.3), by value.</summary>
public sealed class VfioUapiTests
{
    [Test]
    public void Requests_have_the_numbers_of_the_header() => Assert.Multiple(() =>
    {
        Assert.That(VfioUapi.GetApiVersion, Is.EqualTo(0x3B64));
        Assert.That(VfioUapi.CheckExtension, Is.EqualTo(0x3B65));
        Assert.That(VfioUapi.SetIommu, Is.EqualTo(0x3B66));
        Assert.That(VfioUapi.GroupGetStatus, Is.EqualTo(0x3B67));
        Assert.That(VfioUapi.GroupSetContainer, Is.EqualTo(0x3B68));
        Assert.That(VfioUapi.GroupGetDeviceDescriptor, Is.EqualTo(0x3B6A));
        Assert.That(VfioUapi.DeviceGetRegionInfo, Is.EqualTo(0x3B6C));
        Assert.That(VfioUapi.IommuGetInfo, Is.EqualTo(0x3B70));
        Assert.That(VfioUapi.IommuMapDma, Is.EqualTo(0x3B71));
        Assert.That(VfioUapi.IommuUnmapDma, Is.EqualTo(0x3B72));
        Assert.That(VfioUapi.DeviceFeature, Is.EqualTo(0x3B75));
        Assert.That(VfioUapi.DeviceBindIommufd, Is.EqualTo(0x3B76));
        Assert.That(VfioUapi.DeviceAttachIommufd, Is.EqualTo(0x3B77));
        Assert.That(VfioUapi.IoasAlloc, Is.EqualTo(0x3B81));
        Assert.That(VfioUapi.IoasMap, Is.EqualTo(0x3B85));
        Assert.That(VfioUapi.IoasUnmap, Is.EqualTo(0x3B86));
        Assert.That(VfioUapi.IoasMapFile, Is.EqualTo(0x3B8F));
    });

    [Test]
    public void Arguments_have_the_layout_of_the_header() => Assert.Multiple(() =>
    {
        Check<VfioGroupStatus>(8, ("Argsz", 0), ("Flags", 4));
        Check<VfioRegionInfo>(32, ("Argsz", 0), ("Flags", 4), ("Index", 8), ("CapOffset", 12), ("Size", 16), ("Offset", 24));
        Check<VfioCapabilityHeader>(8, ("Id", 0), ("Version", 2), ("Next", 4));
        Check<VfioPair>(16, ("First", 0), ("Second", 8));
        Check<VfioIommuType1Info>(24, ("Argsz", 0), ("Flags", 4), ("IovaPageSizes", 8), ("CapOffset", 16), ("Pad", 20));
        Check<VfioIommuType1DmaMap>(32, ("Argsz", 0), ("Flags", 4), ("Vaddr", 8), ("Iova", 16), ("Size", 24));
        Check<VfioIommuType1DmaUnmap>(24, ("Argsz", 0), ("Flags", 4), ("Iova", 8), ("Size", 16));
        Check<VfioDeviceFeatureDmaBuf>(40, ("Argsz", 0), ("FeatureFlags", 4), ("RegionIndex", 8), ("OpenFlags", 12), ("Flags", 16), ("RangeCount", 20), ("Range", 24));
        Check<VfioDeviceBindIommufd>(16, ("Argsz", 0), ("Flags", 4), ("Iommufd", 8), ("OutDeviceId", 12));
        Check<VfioDeviceAttachIommufdPt>(12, ("Argsz", 0), ("Flags", 4), ("PtId", 8));
        Check<IommuIoasAlloc>(12, ("Size", 0), ("Flags", 4), ("OutIoasId", 8));
        Check<IommuIoasMap>(40, ("Size", 0), ("Flags", 4), ("IoasId", 8), ("Reserved", 12), ("UserVa", 16), ("Length", 24), ("Iova", 32));
        Check<IommuIoasMapFile>(40, ("Size", 0), ("Flags", 4), ("IoasId", 8), ("Descriptor", 12), ("Start", 16), ("Length", 24), ("Iova", 32));
        Check<IommuIoasUnmap>(24, ("Size", 0), ("IoasId", 4), ("Iova", 8), ("Length", 16));
    });

    private static void Check<T>(int bytes, params (string Field, int Offset)[] fields)
        where T : unmanaged
    {
        Assert.That(Unsafe.SizeOf<T>(), Is.EqualTo(bytes), typeof(T).Name);
        Assert.That(fields.Select(field => (field.Field, (int)Marshal.OffsetOf<T>(field.Field))), Is.EqualTo(fields), typeof(T).Name);
        Assert.That(typeof(T).GetFields(), Has.Length.EqualTo(fields.Length), typeof(T).Name);
    }
}
