namespace Fast.Linux;

/// <summary>Told before and after translations of an address space change (<c>mmu_notifier_ops</c>), under its <see cref="AddressSpace.MmapLock"/>.</summary>
public interface IMmuNotifier
{
    /// <summary>Translations from <paramref name="first"/> to <paramref name="last"/>, both inclusive, are about to change: whoever copied them must let go of the copies.</summary>
    void InvalidateRangeStart(Va first, Va last);

    /// <summary>They have changed.</summary>
    void InvalidateRangeEnd(Va first, Va last);
}
