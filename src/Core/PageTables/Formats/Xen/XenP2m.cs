namespace Fast.PageTables;

/// <summary>
/// What Xen makes of types and accesses: the type sets a ceiling, the access restricts it. Xen, <c>ept_p2m_type_to_flags</c> and <c>p2m_type_to_flags</c>. Some bits of a
/// real entry depend on more than these two: no execution on large pages of processors that mishandle it, no writes to the read-only parts of a device, writes to
/// log-dirty pages where the processor logs them. Then the hardware's view allows less, or more, than what is derived here.
/// </summary>
public static class XenP2m
{
    private const Permissions Everything = Permissions.ReadWrite | Permissions.Execute;
    private const Permissions NoWrite = Permissions.Read | Permissions.Execute;

    /// <summary>What an entry of that type and access allows.</summary>
    public static Permissions DerivePermissions(XenP2mType type, XenP2mAccess access) => Ceiling(type) & Allowed(access);

    /// <summary>Whether there is a frame behind an entry of that type that the guest may reach; access may still forbid all of it.</summary>
    public static bool HasFrame(XenP2mType type) => Ceiling(type) != Permissions.None;

    private static Permissions Ceiling(XenP2mType type) => type switch
    {
        XenP2mType.RamReadWrite or XenP2mType.MmioDirect => Everything,
        XenP2mType.RamLogDirty or XenP2mType.RamReadOnly or XenP2mType.Shared => NoWrite,
        XenP2mType.GrantReadWrite or XenP2mType.Foreign or XenP2mType.IoRequestServer => Permissions.ReadWrite,
        XenP2mType.GrantReadOnly => Permissions.Read,
        _ => Permissions.None,
    };

    private static Permissions Allowed(XenP2mAccess access) => access switch
    {
        XenP2mAccess.Read or XenP2mAccess.ReadPagingWrite => Permissions.Read,
        XenP2mAccess.Write => Permissions.Write,
        XenP2mAccess.ReadWrite => Permissions.ReadWrite,
        XenP2mAccess.Execute => Permissions.Execute,
        XenP2mAccess.ReadExecute or XenP2mAccess.ReadExecuteToReadWrite => NoWrite,
        XenP2mAccess.WriteExecute => Permissions.Write | Permissions.Execute,
        XenP2mAccess.All => Everything,
        _ => Permissions.None,
    };
}

/// <summary>What Xen's map says of one guest frame. See <see cref="XenP2mEpt.Lookup"/> and <see cref="XenP2mNpt.Lookup"/>.</summary>
public readonly record struct XenP2mEntry
{
    /// <summary>The type.</summary>
    public required XenP2mType Type { get; init; }

    /// <summary>The access; <see langword="null"/> where the entry does not hold it (NPT, and an entry that was never written).</summary>
    public required XenP2mAccess? Access { get; init; }

    /// <summary>
    /// Whether the entry or one above it waits for its type to be computed anew; then <see cref="Type"/> is the one of before.
    /// </summary>
    public required bool Recalculate { get; init; }

    /// <summary>Machine frame of the exact guest frame, or <see langword="null"/> where the type has none.</summary>
    public required Pfn? Mfn { get; init; }

    /// <summary>log2 of the number of 4 KiB frames that the entry speaks for, be it a frame or a hole.</summary>
    public required int Order { get; init; }

    /// <summary>Where the hardware's walk of the same tables ends: what the guest's access meets.</summary>
    public required WalkStatus HardwareStatus { get; init; }

    /// <summary>What type and access allow.</summary>
    public Permissions Permissions => XenP2m.DerivePermissions(Type, Access ?? XenP2mAccess.All);
}
