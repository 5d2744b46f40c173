using System.Diagnostics;
using System.Runtime.InteropServices;
using static Fast.Host.LinuxMemory;

namespace Fast.Host;

/// <summary>The calls of this machine's kernel, through the C library.</summary>
public sealed partial class LinuxCalls : IHostCalls
{
    // Numbers of x86-64 and arm64, which are the same (include/uapi/asm-generic).
    private const int OpenReadWrite = 2;
    private const int OpenCloseOnExec = 0x8_0000;

    /// <inheritdoc/>
    public long Open(string path) => Result(Native.Open(path, OpenReadWrite | OpenCloseOnExec, 0));

    /// <inheritdoc/>
    public long Close(int descriptor) => Result(Native.Close(descriptor));

    /// <inheritdoc/>
    public long Ioctl(int descriptor, uint request, Span<byte> argument) =>
        Result(Native.Ioctl(descriptor, request, ref MemoryMarshal.GetReference(argument)));

    /// <inheritdoc/>
    public long Ioctl(int descriptor, uint request, long value) => Result(Native.Ioctl(descriptor, request, (nint)value));

    /// <inheritdoc/>
    public long WriteAt(int descriptor, ulong offset, ReadOnlySpan<byte> bytes) =>
        Result(Native.Write(descriptor, in MemoryMarshal.GetReference(bytes), (nuint)bytes.Length, (long)offset));

    /// <inheritdoc/>
    public long ReadAt(int descriptor, ulong offset, Span<byte> bytes) =>
        Result(Native.Read(descriptor, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length, (long)offset));

    /// <inheritdoc/>
    public long Map(MappingKind kind, ulong at, ulong bytes, int descriptor, ulong offset)
    {
        var (protection, flags) = kind switch
        {
            MappingKind.Reservation => (0, MapPrivate | MapAnonymous | MapNoReserve),
            MappingKind.Bar => (ProtectReadWrite, MapShared),
            MappingKind.BarFixed => (ProtectReadWrite, MapShared | MapFixed),
            MappingKind.MemoryFixed => (ProtectReadWrite, MapPrivate | MapAnonymous | MapFixed),
            MappingKind.Hugetlb2M => (ProtectReadWrite, MapPrivate | MapAnonymous | MapHugetlb | (21 << HugetlbShift)),
            MappingKind.Hugetlb1G => (ProtectReadWrite, MapPrivate | MapAnonymous | MapHugetlb | (30 << HugetlbShift)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such mapping"),
        };
        return Result(LinuxMemory.Map((nint)at, (nuint)bytes, protection, flags, descriptor, (long)offset));
    }

    /// <inheritdoc/>
    public long Unmap(ulong address, ulong bytes) => Result(LinuxMemory.Unmap((nint)address, (nuint)bytes));

    /// <inheritdoc/>
    public long Advise(ulong address, ulong bytes, MemoryAdvice advice) => Result(LinuxMemory.Advise((nint)address, (nuint)bytes, (int)advice));

    /// <inheritdoc/>
    public long Nanoseconds() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    // No address of user space is negative, so -1 is what it seems.
    private static long Result(nint result) => result == -1 ? -Marshal.GetLastPInvokeError() : result;

    private static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Open(string path, int flags, int mode);

        [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Close(int descriptor);

        // Variadic in C; on Linux's x86-64 and arm64 its third argument travels as any other.
        [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Ioctl(int descriptor, nuint request, ref byte argument);

        [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Ioctl(int descriptor, nuint request, nint value);

        [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial nint Write(int descriptor, in byte bytes, nuint count, long offset);

        [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial nint Read(int descriptor, ref byte bytes, nuint count, long offset);
    }
}
