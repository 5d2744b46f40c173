namespace Fast.Linux;

/// <summary>Linux error numbers, by their Linux names. A modelled error is a result, not an exception.</summary>
public enum Errno
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>Not allowed.</summary>
    EPERM = 1,

    /// <summary>No such entry.</summary>
    ENOENT = 2,

    /// <summary>Interrupted by a signal.</summary>
    EINTR = 4,

    /// <summary>Try again: the address space may have changed meanwhile.</summary>
    EAGAIN = 11,

    /// <summary>Out of memory, locked memory or address space.</summary>
    ENOMEM = 12,

    /// <summary>Not for this kind of container.</summary>
    EACCES = 13,

    /// <summary>Bad address: nothing there, or not allowed.</summary>
    EFAULT = 14,

    /// <summary>In use in a way that forbids it.</summary>
    EBUSY = 16,

    /// <summary>Overlaps what is there.</summary>
    EEXIST = 17,

    /// <summary>No such device.</summary>
    ENODEV = 19,

    /// <summary>Invalid argument.</summary>
    EINVAL = 22,

    /// <summary>No entry left.</summary>
    ENOSPC = 28,

    /// <summary>Outside what the table translates.</summary>
    ERANGE = 34,

    /// <summary>Wraps at 2^64.</summary>
    EOVERFLOW = 75,

    /// <summary>Not supported by this kernel.</summary>
    EOPNOTSUPP = 95,

    /// <summary>A translation is there already.</summary>
    EADDRINUSE = 98,
}
