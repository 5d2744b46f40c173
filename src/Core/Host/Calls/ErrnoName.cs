using System.Globalization;
using System.Runtime.InteropServices;

namespace Fast.Host;

/// <summary>Linux's names of error numbers, those that VFIO answers with.</summary>
public static class ErrnoName
{
    /// <summary>Operation not permitted.</summary>
    public const int Eperm = 1;

    /// <summary>No such file.</summary>
    public const int Enoent = 2;

    /// <summary>Out of memory, or of what may be locked.</summary>
    public const int Enomem = 12;

    /// <summary>Permission denied.</summary>
    public const int Eacces = 13;

    /// <summary>Bad address.</summary>
    public const int Efault = 14;

    /// <summary>Busy.</summary>
    public const int Ebusy = 16;

    /// <summary>Already there.</summary>
    public const int Eexist = 17;

    /// <summary>No such device.</summary>
    public const int Enodev = 19;

    /// <summary>Invalid argument.</summary>
    public const int Einval = 22;

    /// <summary>The request is not known.</summary>
    public const int Enotty = 25;

    private static readonly Dictionary<int, string> Names = new()
    {
        [Eperm] = "EPERM", [Enoent] = "ENOENT", [4] = "EINTR", [5] = "EIO", [6] = "ENXIO", [9] = "EBADF", [11] = "EAGAIN", [Enomem] = "ENOMEM", [Eacces] = "EACCES", [Efault] = "EFAULT",
        [Ebusy] = "EBUSY", [Eexist] = "EEXIST", [Enodev] = "ENODEV", [Einval] = "EINVAL", [23] = "ENFILE", [24] = "EMFILE", [Enotty] = "ENOTTY", [28] = "ENOSPC", [75] = "EOVERFLOW",
        [95] = "EOPNOTSUPP", [110] = "ETIMEDOUT",
    };

    /// <summary><c>EBUSY (Device or resource busy)</c>.</summary>
    public static string Describe(int errno) =>
        $"{(Names.TryGetValue(errno, out var name) ? name : "errno " + errno.ToString(CultureInfo.InvariantCulture))} ({Marshal.GetPInvokeErrorMessage(errno)})";
}
