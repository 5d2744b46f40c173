using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Fast.Host;

/// <summary>The container of VFIO's own: <c>/dev/vfio/vfio</c> with one group, type1 version 2.</summary>
public sealed class Type1Session : DmaSession
{
    private int _container = -1;
    private int _group = -1;

    private Type1Session(IHostCalls calls, VfioBinding binding)
        : base(calls, binding)
    {
    }

    /// <summary>Opens container, group and device.</summary>
    /// <exception cref="HostException">Something is missing, and what; nothing is left open.</exception>
    public static Type1Session Open(IHostCalls calls, HostTree tree, VfioBinding binding)
    {
        ArgumentNullException.ThrowIfNull(calls);
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(binding);
        if (VfioAdvice.Missing(binding) is { } missing) throw new HostException(missing);
        var session = new Type1Session(calls, binding);
        try
        {
            session.OpenContainer(tree.PathOf("dev/vfio/vfio"));
            session.OpenGroup(tree.PathOf($"dev/vfio/{binding.Group!}"));
            session.Check("VFIO_SET_IOMMU", calls.Ioctl(session._container, VfioUapi.SetIommu, VfioUapi.Type1V2));
            session.ReadIommu();
            session.OpenDevice();
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
        var argument = new VfioIommuType1DmaMap
        {
            Argsz = SizeOf<VfioIommuType1DmaMap>(), Flags = VfioUapi.DmaRead | VfioUapi.DmaWrite, Vaddr = range.Va, Iova = range.Iova, Size = range.Bytes,
        };
        return Ioctl(_container, VfioUapi.IommuMapDma, ref argument);
    }

    /// <inheritdoc/>
    public override long UnmapDma(in DmaRange range, out ulong removed)
    {
        var argument = new VfioIommuType1DmaUnmap { Argsz = SizeOf<VfioIommuType1DmaUnmap>(), Iova = range.Iova, Size = range.Bytes };
        var result = Ioctl(_container, VfioUapi.IommuUnmapDma, ref argument);
        removed = argument.Size;
        return result;
    }

    private void OpenContainer(string path)
    {
        var descriptor = Calls.Open(path);
        if (descriptor < 0) throw new HostException(VfioAdvice.OpenContainer(path, (int)-descriptor));
        _container = Opened(descriptor);
        var version = Calls.Ioctl(_container, VfioUapi.GetApiVersion, 0);
        if (version != VfioUapi.ApiVersion) throw new HostException($"{path} speaks version {version} of VFIO, and {VfioUapi.ApiVersion} is known here");
        if (Calls.Ioctl(_container, VfioUapi.CheckExtension, VfioUapi.Type1V2) != 1)
            throw new HostException($"{path} has no type1 IOMMU: load it with 'modprobe vfio_iommu_type1', or measure with --backend iommufd");
    }

    private void OpenGroup(string path)
    {
        var descriptor = Calls.Open(path);
        if (descriptor < 0) throw new HostException(VfioAdvice.OpenGroup(path, Binding, (int)-descriptor));
        _group = Opened(descriptor);
        var status = new VfioGroupStatus { Argsz = SizeOf<VfioGroupStatus>() };
        Check("VFIO_GROUP_GET_STATUS", Ioctl(_group, VfioUapi.GroupGetStatus, ref status));
        if ((status.Flags & VfioUapi.GroupIsViable) == 0) throw new HostException(VfioAdvice.NotViable(Binding));
        Check("VFIO_GROUP_SET_CONTAINER", Ioctl(_group, VfioUapi.GroupSetContainer, ref _container));
    }

    private void ReadIommu()
    {
        var size = SizeOf<VfioIommuType1Info>();
        var (info, buffer) = AskIommu(size);
        if (info.Argsz > size && (info.Flags & VfioUapi.IommuHasCapabilities) != 0) (info, buffer) = AskIommu(info.Argsz);
        if ((info.Flags & VfioUapi.IommuHasPageSizes) != 0) PageSizes = info.IovaPageSizes;
        var ranges = VfioCapabilities.Find(buffer, (info.Flags & VfioUapi.IommuHasCapabilities) != 0 ? info.CapOffset : 0, VfioUapi.CapabilityIovaRange);
        if (ranges is not null) Windows = [.. ranges.Value.Select(pair => (pair.First, pair.Second))];
    }

    private (VfioIommuType1Info Info, byte[] Buffer) AskIommu(uint bytes)
    {
        var buffer = new byte[bytes];
        var info = new VfioIommuType1Info { Argsz = bytes };
        MemoryMarshal.Write(buffer, in info);
        Check("VFIO_IOMMU_GET_INFO", Calls.Ioctl(_container, VfioUapi.IommuGetInfo, buffer));
        return (MemoryMarshal.Read<VfioIommuType1Info>(buffer), buffer);
    }

    private void OpenDevice()
    {
        var name = Encoding.ASCII.GetBytes(Binding.Address + "\0");
        var descriptor = Calls.Ioctl(_group, VfioUapi.GroupGetDeviceDescriptor, name);
        Check("VFIO_GROUP_GET_DEVICE_FD", descriptor);
        Device = Opened(descriptor);
    }

    private void Check(string step, long result)
    {
        if (result < 0) throw new HostException(VfioAdvice.Attach(Binding, step, (int)-result));
    }
}
