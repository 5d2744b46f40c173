using System.Numerics;

namespace Fast.Linux;

/// <summary>
/// Holds the path to Linux's lock order: locks are taken from the outside in, nothing sleeps under a page-table lock, and neither <c>iommu_map</c> nor
/// accounting runs under <c>mmap_lock</c>.
/// </summary>
public sealed class LockRecorder
{
    private readonly long[] _taken = new long[Enum.GetValues<ModelledLock>().Length];
    private uint _held;

    /// <summary>How often each lock was taken.</summary>
    public IReadOnlyList<long> Taken => _taken;

    /// <summary>Whether no lock is held.</summary>
    public bool IsIdle => _held == 0;

    /// <summary>Takes a lock.</summary>
    /// <exception cref="InvalidOperationException">It lies outside of one that is held, or is held already.</exception>
    internal void Take(ModelledLock which)
    {
        // Both ways to hold mmap_lock are one lock.
        var outermost = which == ModelledLock.MmapWrite ? ModelledLock.MmapRead : which;
        if (_held >> (int)outermost != 0) throw new InvalidOperationException($"{which} is taken while {Innermost} is held");
        _held |= 1U << (int)which;
        _taken[(int)which]++;
    }

    /// <summary>Releases the lock that was taken last.</summary>
    /// <exception cref="InvalidOperationException">That is another one.</exception>
    internal void Release(ModelledLock which)
    {
        if (_held >> (int)which != 1) throw new InvalidOperationException($"{which} is released, but {(_held == 0 ? "nothing" : Innermost)} was taken last");
        _held &= ~(1U << (int)which);
    }

    /// <summary>Something that may sleep or needs <c>mmap_lock</c> itself.</summary>
    /// <exception cref="InvalidOperationException">A lock inside of <paramref name="innermost"/> is held.</exception>
    internal void Require(string activity, ModelledLock innermost)
    {
        if (_held >> ((int)innermost + 1) != 0) throw new InvalidOperationException($"{activity} runs while {Innermost} is held");
    }

    private ModelledLock Innermost => (ModelledLock)BitOperations.Log2(_held);
}
