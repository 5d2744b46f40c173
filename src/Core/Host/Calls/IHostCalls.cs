namespace Fast.Host;

/// <summary>
/// The system calls that measuring makes. Results are those of the kernel: 0 or more, or a negative errno. Tests stand in for the kernel here, and <see cref="HostLedger"/> keeps
/// account of what is open.
/// </summary>
public interface IHostCalls
{
    /// <summary>Opens a file for reading and writing.</summary>
    /// <returns>The descriptor.</returns>
    long Open(string path);

    /// <summary>Closes a descriptor.</summary>
    long Close(int descriptor);

    /// <summary>A request whose argument the kernel reads and may write.</summary>
    long Ioctl(int descriptor, uint request, Span<byte> argument);

    /// <summary>A request whose argument is a number, or none.</summary>
    long Ioctl(int descriptor, uint request, long value);

    /// <summary>Writes at an offset of a file.</summary>
    long WriteAt(int descriptor, ulong offset, ReadOnlySpan<byte> bytes);

    /// <summary>Reads at an offset of a file.</summary>
    long ReadAt(int descriptor, ulong offset, Span<byte> bytes);

    /// <summary>Maps memory.</summary>
    /// <param name="kind">What is mapped, and whether <paramref name="at"/> is binding.</param>
    /// <param name="at">Where; only <see cref="MappingKind.BarFixed"/> and <see cref="MappingKind.MemoryFixed"/> insist on it.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="descriptor">The device, or -1.</param>
    /// <param name="offset">Where in the device's file.</param>
    /// <returns>The address.</returns>
    long Map(MappingKind kind, ulong at, ulong bytes, int descriptor, ulong offset);

    /// <summary>Takes a mapping away.</summary>
    long Unmap(ulong address, ulong bytes);

    /// <summary>Advises the kernel about memory.</summary>
    long Advise(ulong address, ulong bytes, MemoryAdvice advice);

    /// <summary>A number that only grows, in nanoseconds.</summary>
    long Nanoseconds();
}

/// <summary>What <see cref="IHostCalls.Map"/> maps.</summary>
public enum MappingKind
{
    /// <summary>Address space and nothing in it.</summary>
    Reservation,

    /// <summary>A BAR, where the kernel likes.</summary>
    Bar,

    /// <summary>A BAR, at an address that lies in a reservation.</summary>
    BarFixed,

    /// <summary>Ordinary memory, at an address that lies in a reservation.</summary>
    MemoryFixed,

    /// <summary>hugetlb pages of 2 MiB, where the kernel likes.</summary>
    Hugetlb2M,

    /// <summary>hugetlb pages of 1 GiB, where the kernel likes.</summary>
    Hugetlb1G,
}

/// <summary>What <see cref="IHostCalls.Advise"/> says.</summary>
public enum MemoryAdvice
{
    /// <summary>MADV_HUGEPAGE.</summary>
    HugePages = 14,

    /// <summary>MADV_NOHUGEPAGE.</summary>
    NoHugePages = 15,
}
