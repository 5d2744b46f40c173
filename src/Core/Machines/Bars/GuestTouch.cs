using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>
/// A guest that touches every page of a BAR once after it came into sight: with each map event KVM gets a new memslot whose stage 2 is empty, so every leaf of it comes back by a fault.
/// Executed on at most 1 GiB, which is the largest leaf: the other parts of a larger BAR are equal to it.
/// </summary>
public sealed class GuestTouch
{
    private const ulong MostBytes = 1UL << 30;
    private readonly Dictionary<(ulong Bytes, KernelProfile Profile, ulong VaSkew, ThpPolicy Thp), long> _faults = [];

    /// <summary>Distinct cases that were executed.</summary>
    public int Executed => _faults.Count;

    /// <summary>Stage-2 faults until all of a BAR is reached.</summary>
    /// <param name="barCase">The BAR, the host, and where the VMM mmaps it.</param>
    public ulong FaultsOf(BarCase barCase)
    {
        ArgumentNullException.ThrowIfNull(barCase);
        var part = Math.Min(barCase.Bytes, MostBytes);
        var rest = barCase.Bytes % part;
        return ((ulong)FaultsOfPart(barCase, part) * (barCase.Bytes / part)) + (rest == 0 ? 0 : (ulong)FaultsOfPart(barCase, rest));
    }

    private long FaultsOfPart(BarCase barCase, ulong bytes)
    {
        var key = (bytes, barCase.Profile, barCase.VaSkew, barCase.Thp);
        if (_faults.TryGetValue(key, out var faults)) return faults;
        faults = Execute(barCase, bytes);
        _faults.Add(key, faults);
        return faults;
    }

    private static long Execute(BarCase barCase, ulong bytes)
    {
        // KVM looks at the process's table; which IOMMU there is, and who maps for it, is nothing to it.
        var part = BarCase.Create(new BarCaseOptions { Bytes = bytes, Kernel = barCase.Kernel.Version, Choice = barCase.Kernel, VaSkew = barCase.VaSkew, Thp = barCase.Thp });
        using var rig = new BarRig(part, new BarWatch(part, null, CancellationToken.None), null);
        using var arena = new TableArena();
        var errno = rig.Prepare();
        if (errno != Errno.None) throw new InvalidOperationException($"mmap of {BinarySize.Format(bytes)} gives {errno}");
        return rig.TouchByGuest(arena);
    }
}
