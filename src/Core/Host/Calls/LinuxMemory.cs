using System.Runtime.InteropServices;

namespace Fast.Host;

/// <summary>The C library's calls for memory of this process. -1 is an error, in the last P/Invoke error.</summary>
internal static partial class LinuxMemory
{
    // Numbers of x86-64 and arm64, which are the same (include/uapi/asm-generic).
    internal const int ProtectReadWrite = 3;
    internal const int MapShared = 0x01;
    internal const int MapPrivate = 0x02;
    internal const int MapFixed = 0x10;
    internal const int MapAnonymous = 0x20;
    internal const int MapNoReserve = 0x4000;
    internal const int MapHugetlb = 0x4_0000;
    internal const int HugetlbShift = 26;
    internal const int AdviseDontNeed = 4;
    internal const int AdviseHugePage = 14;
    internal const int AdviseNoHugePage = 15;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "mlock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Lock(nint address, nuint length);
}
