using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class AddressSpace
{
    /// <summary>
    /// The one walk that the thread "Huge remap_pfn_range for vfio-pci" (2024) wished for: frame, size and permissions of a leaf at once, without any lock. Tables that are
    /// freed meanwhile stay readable until the walk is over. The result holds only until the next change: whoever keeps it checks for one (<see cref="MmuInvalidations"/>).
    /// </summary>
    public bool FollowLockless(Va va, out Leaf leaf)
    {
        using var inside = Table.Arena.EnterReader();
        return Table.Follow(va.AsTableInput, out leaf);
    }
}
