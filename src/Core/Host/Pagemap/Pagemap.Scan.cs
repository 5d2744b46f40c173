using System.Runtime.InteropServices;

namespace Fast.Host;

public sealed partial class Pagemap
{
    // _IOWR('f', 16, struct pm_scan_arg), 96 bytes; include/uapi/linux/fs.h.
    private const nuint PagemapScan = 0xC060_6610;

    /// <summary>
    /// Asks for stretches of pages of the same categories (<c>PAGEMAP_SCAN</c>, Linux 6.7): one call for thousands of pages, and it alone tells which are mapped by 2 MiB leaves.
    /// </summary>
    /// <param name="start">First address.</param>
    /// <param name="end">First address behind the range.</param>
    /// <param name="regions">Where stretches go.</param>
    /// <param name="walkEnd">Where to go on.</param>
    /// <returns>How many stretches there were, or <see langword="null"/>: the kernel has no such call.</returns>
    public unsafe int? Scan(ulong start, ulong end, Span<PageRegion> regions, out ulong walkEnd)
    {
        // SAFETY: the kernel writes at most VectorLength records to the vector, which stays in place during the call, and walk_end into the argument, which is on the stack.
        fixed (PageRegion* vector = regions)
        {
            var argument = new ScanArgument
            {
                Size = (ulong)sizeof(ScanArgument),
                Start = start,
                End = end,
                Vector = (ulong)vector,
                VectorLength = (ulong)regions.Length,
                AnyOf = (ulong)(PageCategories.Present | PageCategories.Swapped),
                Return = (ulong)(PageCategories.Present | PageCategories.Swapped | PageCategories.Huge | PageCategories.ZeroPage),
            };
            var count = Ioctl((int)_file.SafeFileHandle.DangerousGetHandle(), PagemapScan, &argument);
            GC.KeepAlive(_file);
            walkEnd = argument.WalkEnd;
            return count < 0 ? null : count;
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Ioctl(int descriptor, nuint request, ScanArgument* argument);

    [StructLayout(LayoutKind.Sequential)]
    private struct ScanArgument
    {
        public ulong Size;
        public ulong Flags;
        public ulong Start;
        public ulong End;
        public ulong WalkEnd;
        public ulong Vector;
        public ulong VectorLength;
        public ulong MaxPages;
        public ulong Inverted;
        public ulong AllOf;
        public ulong AnyOf;
        public ulong Return;
    }
}
