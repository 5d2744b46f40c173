using System.Runtime.InteropServices;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>Anonymous memory of this process, mapped with pages of a size, written to and locked. It goes when it is disposed of.</summary>
public sealed unsafe class TestMemory : IDisposable
{
    private readonly nint _mapping;
    private readonly nuint _mappingBytes;

    private TestMemory(nint mapping, nuint mappingBytes, ulong start, ulong bytes) => (_mapping, _mappingBytes, Start, Bytes) = (mapping, mappingBytes, start, bytes);

    /// <summary>First address.</summary>
    public ulong Start { get; }

    /// <summary>Length.</summary>
    public ulong Bytes { get; }

    /// <summary>Why it could not be locked, or <see langword="null"/>.</summary>
    public string? LockProblem { get; private set; }

    /// <summary>Maps ordinary memory, aligned to 2 MiB.</summary>
    /// <param name="bytes">Length.</param>
    /// <param name="huge">Whether to ask for transparent huge pages, or against them.</param>
    /// <exception cref="HostException">There is not enough.</exception>
    public static TestMemory Ordinary(ulong bytes, bool huge)
    {
        var padding = PageSize.Size2M;
        var mapping = Map((nuint)(bytes + padding.Bytes), 0, "ordinary memory");
        var start = ((ulong)mapping + padding.OffsetMask) & padding.PageMask;
        if (LinuxMemory.Advise((nint)start, (nuint)bytes, huge ? LinuxMemory.AdviseHugePage : LinuxMemory.AdviseNoHugePage) != 0 && huge)
        {
            var error = Marshal.GetLastPInvokeError();
            _ = LinuxMemory.Unmap(mapping, (nuint)(bytes + padding.Bytes));
            throw new HostException($"madvise(MADV_HUGEPAGE): {Marshal.GetPInvokeErrorMessage(error)}; this kernel has no transparent huge pages");
        }

        return new TestMemory(mapping, (nuint)(bytes + padding.Bytes), start, bytes);
    }

    /// <summary>Maps pages of a <c>hugetlb</c> pool.</summary>
    /// <exception cref="HostException">The pool has not enough free ones.</exception>
    public static TestMemory Hugetlb(ulong bytes, PageSize size)
    {
        var mapping = Map((nuint)bytes, LinuxMemory.MapHugetlb | size.Shift << LinuxMemory.HugetlbShift, $"pages of {size} from the hugetlb pool");
        return new TestMemory(mapping, (nuint)bytes, (ulong)mapping, bytes);
    }

    /// <summary>Writes to every page and locks it in memory; those of <paramref name="holes"/> are given back before that, so that they have no frame.</summary>
    /// <param name="holes">Numbers of 4 KiB pages.</param>
    public void Populate(IEnumerable<ulong>? holes = null)
    {
        // SAFETY: Start and Bytes lie in the mapping, which is writable and stays until Dispose.
        for (ulong at = 0; at < Bytes; at += PageSize.Size4K.Bytes) *(byte*)(Start + at) = (byte)(at >> 12 | 1);
        var ends = (holes ?? []).Append(Bytes >> 12).ToArray();
        // Given back, not unmapped: what is unmapped may be somebody else's a moment later.
        foreach (var hole in ends[..^1]) _ = LinuxMemory.Advise((nint)(Start + (hole << 12)), (nuint)PageSize.Size4K.Bytes, LinuxMemory.AdviseDontNeed);
        var left = 0UL;
        foreach (var hole in ends)
        {
            // mlock would fill the holes; what lies between them is locked by itself.
            if (hole > left && LinuxMemory.Lock((nint)(Start + (left << 12)), (nuint)((hole - left) << 12)) != 0)
                LockProblem = $"mlock: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())} (RLIMIT_MEMLOCK)";
            left = hole + 1;
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _ = LinuxMemory.Unmap(_mapping, _mappingBytes);

    private static nint Map(nuint bytes, int flags, string what)
    {
        var mapping = LinuxMemory.Map(0, bytes, LinuxMemory.ProtectReadWrite, LinuxMemory.MapPrivate | LinuxMemory.MapAnonymous | flags, -1, 0);
        return mapping != -1 ? mapping : throw new HostException($"mmap of {BinarySize.Format(bytes)} of {what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }
}
