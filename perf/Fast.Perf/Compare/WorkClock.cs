using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fast.Perf.Compare;

/// <summary>
/// The time that the calling thread has run, where the system tells it: what other processes of a shared machine take away does not count, only what they do to
/// the caches. Elsewhere, and for work of several threads, the wall clock.
/// </summary>
public static partial class WorkClock
{
    private const int ThreadProcessorTime = 3;

    /// <summary>What <see cref="Now"/> counts, in words.</summary>
    public static string Kind => OperatingSystem.IsLinux() ? "processor time of the thread" : "wall clock";

    /// <summary>Nanoseconds of this thread.</summary>
    public static double Now() => OperatingSystem.IsLinux() && Read(ThreadProcessorTime, out var time) == 0
        ? (time.Seconds * 1e9) + time.Nanoseconds
        : Wall();

    /// <summary>Nanoseconds of the wall clock.</summary>
    public static double Wall() => Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency);

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Read(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
