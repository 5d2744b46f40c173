using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fast.Host;

/// <summary>A stretch of a region that may be mmapped.</summary>
/// <param name="Offset">Its first byte in the region.</param>
/// <param name="Bytes">Its length.</param>
public readonly record struct VfioMappableArea(ulong Offset, ulong Bytes);

/// <summary>A region of a device as VFIO tells it. Regions 0 to 5 of a PCI device are its BARs.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Bytes">Its size; 0 where there is none.</param>
/// <param name="FileOffset">Where it begins in the device's file.</param>
/// <param name="Flags">Read, write, mmap.</param>
/// <param name="Areas">What may be mmapped: all of it, or the areas of the sparse-mmap capability.</param>
public sealed record VfioRegion(int Index, ulong Bytes, ulong FileOffset, uint Flags, ImmutableArray<VfioMappableArea> Areas)
{
    /// <summary>Whether any of it may be mmapped.</summary>
    public bool IsMappable => !Areas.IsEmpty;

    /// <summary>Asks the kernel.</summary>
    /// <exception cref="HostException">It refuses.</exception>
    public static VfioRegion Read(DmaSession session, int index)
    {
        ArgumentNullException.ThrowIfNull(session);
        var size = (uint)Unsafe.SizeOf<VfioRegionInfo>();
        var (info, buffer) = Ask(session, index, size);
        // With capabilities the kernel says how much room it wants.
        if (info.Argsz > size && (info.Flags & VfioUapi.InfoHasCapabilities) != 0) (info, buffer) = Ask(session, index, info.Argsz);
        var sparse = VfioCapabilities.Find(buffer, (info.Flags & VfioUapi.InfoHasCapabilities) != 0 ? info.CapOffset : 0, VfioUapi.CapabilitySparseMmap);
        var areas = (info.Flags & VfioUapi.RegionMaps) == 0 || info.Size == 0 ? []
            : sparse is null ? [new VfioMappableArea(0, info.Size)]
            : sparse.Value.Select(pair => new VfioMappableArea(pair.First, pair.Second)).Where(area => area.Bytes > 0).ToImmutableArray();
        return new VfioRegion(index, info.Size, info.Offset, info.Flags, areas);
    }

    private static (VfioRegionInfo Info, byte[] Buffer) Ask(DmaSession session, int index, uint bytes)
    {
        var buffer = new byte[bytes];
        var info = new VfioRegionInfo { Argsz = bytes, Index = (uint)index };
        MemoryMarshal.Write(buffer, in info);
        var result = session.Calls.Ioctl(session.Device, VfioUapi.DeviceGetRegionInfo, buffer);
        if (result < 0) throw new HostException($"region {index} of {session.Binding.Address}: {ErrnoName.Describe((int)-result)}");
        return (MemoryMarshal.Read<VfioRegionInfo>(buffer), buffer);
    }
}
