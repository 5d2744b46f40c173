namespace Fast.Host;

/// <summary>iommufd: the device's own node bound to <c>/dev/iommu</c>, with one address space. A BAR goes in as a dma-buf, which kernels before 7.0 cannot export.</summary>
public sealed class IommufdSession : DmaSession
{
    private const uint ReadWriteCloseOnExec = 0x8_0002;

    private int _iommufd = -1;
    private uint _space;

    private IommufdSession(IHostCalls calls, VfioBinding binding)
        : base(calls, binding)
    {
    }

    /// <inheritdoc/>
    public override bool MapsBuffers => true;

    /// <summary>Opens iommufd and device.</summary>
    /// <exception cref="HostException">Something is missing, and what; nothing is left open.</exception>
    public static IommufdSession Open(IHostCalls calls, HostTree tree, VfioBinding binding)
    {
        ArgumentNullException.ThrowIfNull(calls);
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(binding);
        if (VfioAdvice.Missing(binding) is { } missing) throw new HostException(missing);
        if (binding.Character is null)
            throw new HostException($"{binding.Address} has no device node for iommufd: the kernel lacks CONFIG_VFIO_DEVICE_CDEV; measure with --backend type1");
        var session = new IommufdSession(calls, binding);
        try
        {
            session.OpenAll(tree.PathOf("dev/iommu"), tree.PathOf($"dev/vfio/devices/{binding.Character}"));
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override long MapDma(in DmaRange range)
    {
        const uint Flags = VfioUapi.IoasFixedIova | VfioUapi.IoasReadable | VfioUapi.IoasWriteable;
        if (range.Buffer < 0)
        {
            var memory = new IommuIoasMap { Size = SizeOf<IommuIoasMap>(), Flags = Flags, IoasId = _space, UserVa = range.Va, Length = range.Bytes, Iova = range.Iova };
            return Ioctl(_iommufd, VfioUapi.IoasMap, ref memory);
        }

        var buffer = new IommuIoasMapFile { Size = SizeOf<IommuIoasMapFile>(), Flags = Flags, IoasId = _space, Descriptor = range.Buffer, Length = range.Bytes, Iova = range.Iova };
        return Ioctl(_iommufd, VfioUapi.IoasMapFile, ref buffer);
    }

    /// <inheritdoc/>
    public override long UnmapDma(in DmaRange range, out ulong removed)
    {
        var argument = new IommuIoasUnmap { Size = SizeOf<IommuIoasUnmap>(), IoasId = _space, Iova = range.Iova, Length = range.Bytes };
        var result = Ioctl(_iommufd, VfioUapi.IoasUnmap, ref argument);
        removed = argument.Length;
        return result;
    }

    /// <inheritdoc/>
    internal override HostDescriptor ExportBar(VfioRegion region, ulong offset, ulong bytes)
    {
        var argument = new VfioDeviceFeatureDmaBuf
        {
            Argsz = SizeOf<VfioDeviceFeatureDmaBuf>(), FeatureFlags = VfioUapi.FeatureGet | VfioUapi.FeatureDmaBuf, RegionIndex = (uint)region.Index,
            OpenFlags = ReadWriteCloseOnExec, RangeCount = 1, Range = new VfioPair { First = offset, Second = bytes },
        };
        var descriptor = Ioctl(Device, VfioUapi.DeviceFeature, ref argument);
        if (descriptor >= 0) return new HostDescriptor(Calls, (int)descriptor);
        throw new HostException((int)-descriptor == ErrnoName.Enotty
            ? "this kernel exports no BAR as a dma-buf (7.0 and later may), so its iommufd cannot map one: measure with --backend type1, or memory with --ram"
            : $"region {region.Index} as a dma-buf: {ErrnoName.Describe((int)-descriptor)}");
    }

    private void OpenAll(string iommu, string device)
    {
        var iommufd = Calls.Open(iommu);
        if (iommufd < 0) throw new HostException((int)-iommufd == ErrnoName.Enoent ? $"{iommu} is not there: load it with 'modprobe iommufd'" : VfioAdvice.OpenContainer(iommu, (int)-iommufd));
        _iommufd = Opened(iommufd);
        var node = Calls.Open(device);
        if (node < 0) throw new HostException(VfioAdvice.OpenGroup(device, Binding, (int)-node));
        Device = Opened(node);
        var bind = new VfioDeviceBindIommufd { Argsz = SizeOf<VfioDeviceBindIommufd>(), Iommufd = _iommufd };
        Check("VFIO_DEVICE_BIND_IOMMUFD", Ioctl(Device, VfioUapi.DeviceBindIommufd, ref bind));
        var alloc = new IommuIoasAlloc { Size = SizeOf<IommuIoasAlloc>() };
        Check("IOMMU_IOAS_ALLOC", Ioctl(_iommufd, VfioUapi.IoasAlloc, ref alloc));
        _space = alloc.OutIoasId;
        var attach = new VfioDeviceAttachIommufdPt { Argsz = SizeOf<VfioDeviceAttachIommufdPt>(), PtId = _space };
        Check("VFIO_DEVICE_ATTACH_IOMMUFD_PT", Ioctl(Device, VfioUapi.DeviceAttachIommufd, ref attach));
    }

    private void Check(string step, long result)
    {
        if (result < 0) throw new HostException(VfioAdvice.Attach(Binding, step, (int)-result));
    }
}
