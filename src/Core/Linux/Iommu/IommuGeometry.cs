using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// What the rest of Linux knows about an IOMMU's tables (<c>pgsize_bitmap</c>, <c>iommu_domain_geometry</c>), derived from their format: every size that the
/// format can write, and the addresses that it translates.
/// </summary>
public sealed class IommuGeometry
{
    private const ulong TwoPages = 2 * 4096;

    /// <summary>The geometry of tables of a format.</summary>
    public IommuGeometry(FormatFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        PageSizes = facts.LeafSizes
            .Where(size => facts.Levels.All(level => level.Contiguity.ExceptShift != size.Shift))
            .Aggregate(0UL, (sizes, size) => sizes | size.Bytes);
        // With sign extension devices get the lower half: the hole between the halves is no address.
        var bits = facts.SignExtends ? facts.InputBits - 1 : facts.InputBits;
        Aperture = IovaRange.Inclusive(new Iova(0), new Iova(bits == 64 ? ulong.MaxValue : (1UL << bits) - 1));
        HasFineGrainedSuperPages = (PageSizes & TwoPages) != 0;
        AlwaysGranted = facts.Rights.Any(right => right.Right == Permissions.User) ? Permissions.User : Permissions.None;
    }

    /// <summary>Page sizes: bit n stands for 2^n bytes.</summary>
    public ulong PageSizes { get; }

    /// <summary>The smallest page size: addresses and lengths are multiples of it.</summary>
    public ulong SmallestPage => PageSizes & (~PageSizes + 1);

    /// <summary>Addresses that devices can use.</summary>
    public IovaRange Aperture { get; }

    /// <summary>
    /// What <c>vfio_test_domain_fgsp</c> finds out by mapping two pages and unmapping one: whether both went, because they had become one entry of 8 KiB. So it
    /// is with AMD's tables, which have every power of two. Kernels that probe for it then unmap by entry.
    /// </summary>
    public bool HasFineGrainedSuperPages { get; }

    /// <summary>Permissions that a mapping has besides those asked for: where tables tell user from supervisor, a device's requests count as the user's.</summary>
    public Permissions AlwaysGranted { get; }
}
