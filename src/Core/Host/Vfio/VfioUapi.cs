namespace Fast.Host;

/// <summary>Numbers of <c>include/uapi/linux/vfio.h</c> and <c>iommufd.h</c>. All requests are <c>_IO(';', number)</c>: no size, no direction.</summary>
internal static class VfioUapi
{
    /// <summary>The type of all requests, <c>VFIO_TYPE</c> and <c>IOMMUFD_TYPE</c>.</summary>
    public const uint Type = ';';

    private const uint Base = (Type << 8) | 100;
    private const uint IommufdBase = (Type << 8) | 0x80;

    public const int ApiVersion = 0;
    public const int Type1V2 = 3;

    public const uint GetApiVersion = Base + 0;
    public const uint CheckExtension = Base + 1;
    public const uint SetIommu = Base + 2;
    public const uint GroupGetStatus = Base + 3;
    public const uint GroupSetContainer = Base + 4;
    public const uint GroupUnsetContainer = Base + 5;
    public const uint GroupGetDeviceDescriptor = Base + 6;
    public const uint DeviceGetInfo = Base + 7;
    public const uint DeviceGetRegionInfo = Base + 8;
    public const uint IommuGetInfo = Base + 12;
    public const uint IommuMapDma = Base + 13;
    public const uint IommuUnmapDma = Base + 14;
    public const uint DeviceFeature = Base + 17;
    public const uint DeviceBindIommufd = Base + 18;
    public const uint DeviceAttachIommufd = Base + 19;

    public const uint IoasAlloc = IommufdBase + 1;
    public const uint IoasMap = IommufdBase + 5;
    public const uint IoasUnmap = IommufdBase + 6;
    public const uint IoasMapFile = IommufdBase + 15;

    public const uint GroupIsViable = 1 << 0;
    public const uint RegionReads = 1 << 0;
    public const uint RegionWrites = 1 << 1;
    public const uint RegionMaps = 1 << 2;
    public const uint InfoHasCapabilities = 1 << 3;
    public const uint IommuHasPageSizes = 1 << 0;
    public const uint IommuHasCapabilities = 1 << 1;
    public const uint DmaRead = 1 << 0;
    public const uint DmaWrite = 1 << 1;
    public const ushort CapabilitySparseMmap = 1;
    public const ushort CapabilityIovaRange = 1;
    public const uint FeatureGet = 1 << 16;
    public const uint FeatureDmaBuf = 11;
    public const uint IoasFixedIova = 1 << 0;
    public const uint IoasWriteable = 1 << 1;
    public const uint IoasReadable = 1 << 2;

    /// <summary>Index of config space among a PCI device's regions; 0 to 5 are the BARs.</summary>
    public const uint ConfigRegion = 7;
}
