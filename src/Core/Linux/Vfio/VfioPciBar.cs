using Fast.PageTables;

namespace Fast.Linux;

/// <summary>One BAR of a device that vfio-pci owns.</summary>
/// <param name="Device">The device.</param>
/// <param name="First">Frame of its first byte.</param>
/// <param name="Bytes">Its size.</param>
public sealed record VfioPciBar(VfioPciDevice Device, Pfn First, ulong Bytes)
{
    /// <summary>Whether nothing else lies in the page of a BAR that is smaller than a page: only then may it be mmapped (<c>vfio_pci_probe_mmaps</c>).</summary>
    public bool IsAloneInItsPage { get; init; }

    /// <summary>Maps a part of the BAR at a fixed address; nothing is filled in yet (<c>vfio_pci_core_mmap</c>).</summary>
    /// <param name="mm">The address space.</param>
    /// <param name="at">Where; the kernel aligns nothing, so this decides how large leaves can be.</param>
    /// <param name="offset">First byte of the BAR.</param>
    /// <param name="bytes">Length.</param>
    /// <param name="flags">Read, write, advice; <see cref="AreaFlags.Shared"/> is required, Io and Pfnmap are added.</param>
    /// <param name="area">The area.</param>
    public Errno Mmap(AddressSpace mm, Va at, ulong offset, ulong bytes, AreaFlags flags, out Area? area)
    {
        ArgumentNullException.ThrowIfNull(mm);
        area = null;
        if (bytes == 0 || ((bytes | offset | at.Value) & PageSize.Size4K.OffsetMask) != 0) return Errno.EINVAL;
        if (Bytes < PageSize.Size4K.Bytes && !IsAloneInItsPage) return Errno.EINVAL;
        var length = Bytes + PageSize.Size4K.OffsetMask & PageSize.Size4K.PageMask;
        if ((flags & AreaFlags.Shared) == 0 || offset > length || bytes > length - offset) return Errno.EINVAL;
        var candidate = new Area(at, bytes, flags | AreaFlags.Io | AreaFlags.Pfnmap, this, offset);
        var errno = mm.Insert(candidate);
        if (errno != Errno.None) return errno;
        Device.Remember(mm, candidate);
        area = candidate;
        return Errno.None;
    }
}
