using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>What a domain's physical-to-machine map says of a frame: Xen's <c>p2m_type_t</c>, as far as this machine writes it, and one type of its own.</summary>
public enum P2mType
{
    /// <summary>The domain's own memory.</summary>
    RamReadWrite = 0,

    /// <summary>A device's memory, or memory that is treated as if it were.</summary>
    MmioDirect = 5,

    /// <summary>A grant of another domain, writable.</summary>
    GrantReadWrite = 7,

    /// <summary>Another domain's frame; each entry holds a reference on it.</summary>
    Foreign = 14,

    /// <summary>Memory whose writes go to an I/O request server.</summary>
    IoRequestServer = 15,

    /// <summary>A frame lent by another domain, which keeps it ("memory lending", xen-devel 2026-03-24). Xen has no such type; the number is free there.</summary>
    Lent = 16,
}

/// <summary>What follows from a type.</summary>
public static class P2mTypes
{
    // Beside read, write and execute a leaf has two flags of the engine that these formats do not need for users: together they name the type.
    private const Permissions Owned = Permissions.ReadWrite | Permissions.Execute;

    /// <summary>All types, in the order of their numbers.</summary>
    public static IReadOnlyList<P2mType> All { get; } = Enum.GetValues<P2mType>();

    /// <summary>What a leaf of that type holds, in the engine's permissions: rights, and flags that stand for the type in the entry's software bits.</summary>
    public static Permissions PermissionsOf(P2mType type) => type switch
    {
        P2mType.RamReadWrite => Owned,
        P2mType.MmioDirect => Owned | Permissions.User,
        P2mType.GrantReadWrite => Permissions.ReadWrite,
        P2mType.Foreign => Permissions.ReadWrite | Permissions.User,
        P2mType.IoRequestServer => Permissions.ReadWrite | Permissions.UserExecute,
        P2mType.Lent => Permissions.ReadWrite | Permissions.User | Permissions.UserExecute,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such type"),
    };

    /// <summary>The type of a leaf.</summary>
    public static P2mType TypeOf(Permissions permissions)
    {
        foreach (var type in All)
        {
            if (PermissionsOf(type) == permissions) return type;
        }

        throw new ArgumentOutOfRangeException(nameof(permissions), permissions, "no type has these permissions");
    }

    /// <summary>
    /// The largest leaf that Xen makes for a type. MMIO: 2 MiB, because <c>mmio_order</c> has its 1 GiB case compiled out; foreign frames, grants and ioreq-server frames: 4 KiB
    /// (<c>p2m_set_entry</c> refuses more). Xen 4.23-unstable of 2026-08-18.
    /// </summary>
    public static PageSize LargestLeafOf(P2mType type) => type switch
    {
        P2mType.RamReadWrite or P2mType.Lent => PageSize.Size1G,
        P2mType.MmioDirect => PageSize.Size2M,
        _ => PageSize.Size4K,
    };

    /// <summary>Whether each entry of the type holds a reference on its frame.</summary>
    public static bool HoldsReference(P2mType type) => type is P2mType.Foreign or P2mType.GrantReadWrite;

    /// <summary>The field's word, such as <c>mmio_direct</c>.</summary>
    public static string NameOf(P2mType type) => type switch
    {
        P2mType.RamReadWrite => "ram_rw",
        P2mType.MmioDirect => "mmio_direct",
        P2mType.GrantReadWrite => "grant_map_rw",
        P2mType.Foreign => "map_foreign",
        P2mType.IoRequestServer => "ioreq_server",
        _ => "lent",
    };
}
