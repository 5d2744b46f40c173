namespace Fast.Linux;

/// <summary>How KVM learns what backs a guest frame.</summary>
public enum HostLookup
{
    /// <summary>
    /// As Linux does: <c>follow_pfnmap_start</c> under mmap_lock yields the frame, and <c>host_pfn_mapping_level</c> walks again, without a lock, for the size of the leaf.
    /// </summary>
    TwoWalks,

    /// <summary>One walk without a lock yields frame, size and permissions, as the thread "Huge remap_pfn_range for vfio-pci" (2024) wished for. mmap_lock is taken only to fault in what is missing.</summary>
    OneWalk,
}
