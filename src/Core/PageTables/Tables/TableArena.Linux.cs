using System.Runtime.InteropServices;

namespace Fast.PageTables;

public sealed unsafe partial class TableArena
{
    /// <summary>System calls only; numbers are those of Linux on every 64-bit architecture.</summary>
    private sealed partial class TableMemoryHandle
    {
        private const int ProtRead = 1;
        private const int ProtWrite = 2;
        private const int MapPrivate = 0x02;
        private const int MapAnonymous = 0x20;
        private const int MapNoReserve = 0x4000;
        private const int MadvHugepage = 14;
        private const int MadvNohugepage = 15;

        [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial nint Mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

        [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int Munmap(nint address, nuint length);

        [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int Madvise(nint address, nuint length, int advice);
    }
}
