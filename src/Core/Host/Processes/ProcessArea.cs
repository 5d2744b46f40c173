using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>A stretch of a process's address space, from <c>maps</c> and, where it may be read, <c>smaps</c>. Sizes in bytes.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">First address behind it.</param>
/// <param name="Permissions">As <c>maps</c> has them, such as <c>rw-s</c>.</param>
/// <param name="Offset">Offset in the file.</param>
/// <param name="Name">Path of the file or the kernel's name for the area; empty for anonymous memory.</param>
public sealed record ProcessArea(ulong Start, ulong End, string Permissions, ulong Offset, string Name)
{
    /// <summary>Length.</summary>
    public ulong Bytes => End - Start;

    /// <summary>Bytes that are in memory, or <see langword="null"/>: <c>smaps</c> could not be read.</summary>
    public ulong? Resident { get; init; }

    /// <summary>Bytes that are mapped by 2 MiB leaves, of ordinary memory, shared memory and files.</summary>
    public ulong HugeBytes { get; init; }

    /// <summary>Bytes that are locked (<c>mlock</c>).</summary>
    public ulong Locked { get; init; }

    /// <summary>The kernel's page size for the area: 2 MiB or 1 GiB for <c>hugetlb</c>.</summary>
    public PageSize KernelPageSize { get; init; } = PageSize.Size4K;

    /// <summary>Two-letter flags (<c>VmFlags</c>), such as <c>pf</c> for a pfnmap, <c>nh</c> for no huge pages, <c>hg</c> for advised ones.</summary>
    public ImmutableArray<string> Flags { get; init; } = [];

    /// <summary>Whether it is a region of a device that VFIO gave: from its file.</summary>
    public bool IsVfio => Name == "anon_inode:[vfio-device]" || Name.StartsWith("/dev/vfio/devices/", StringComparison.Ordinal);

    /// <summary>Whether it is memory that a guest could have: anonymous, shared or <c>hugetlb</c>, writable.</summary>
    public bool IsWritableMemory => !IsVfio && Permissions.StartsWith("rw", StringComparison.Ordinal) && !Flags.Contains("pf") && !Flags.Contains("io");
}
