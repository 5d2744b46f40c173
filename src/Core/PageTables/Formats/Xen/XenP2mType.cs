namespace Fast.PageTables;

/// <summary>What Xen's physical-to-machine map says of a guest frame. Xen, <c>p2m_type_t</c> of x86.</summary>
public enum XenP2mType
{
    /// <summary>Normal memory.</summary>
    RamReadWrite = 0,

    /// <summary>Nothing was ever mapped here.</summary>
    Invalid = 1,

    /// <summary>Memory whose writes are being tracked.</summary>
    RamLogDirty = 2,

    /// <summary>Memory that the guest may not write; writes are dropped.</summary>
    RamReadOnly = 3,

    /// <summary>Read and write go to the device model.</summary>
    MmioDeviceModel = 4,

    /// <summary>A device's memory, passed through.</summary>
    MmioDirect = 5,

    /// <summary>Memory that gets a frame on first access.</summary>
    PopulateOnDemand = 6,

    /// <summary>A grant, writable.</summary>
    GrantReadWrite = 7,

    /// <summary>A grant, read-only.</summary>
    GrantReadOnly = 8,

    /// <summary>Memory that is being paged out.</summary>
    PagingOut = 9,

    /// <summary>Memory that is paged out.</summary>
    Paged = 10,

    /// <summary>Memory that is being paged in.</summary>
    PagingIn = 11,

    /// <summary>A frame shared with other guests.</summary>
    Shared = 12,

    /// <summary>A frame with a hardware fault.</summary>
    Broken = 13,

    /// <summary>Another guest's frame.</summary>
    Foreign = 14,

    /// <summary>Memory whose writes go to an I/O request server.</summary>
    IoRequestServer = 15,
}

/// <summary>What an introspection agent allows on top of the type. Xen, <c>p2m_access_t</c>.</summary>
public enum XenP2mAccess
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read.</summary>
    Read = 1,

    /// <summary>Write.</summary>
    Write = 2,

    /// <summary>Read and write.</summary>
    ReadWrite = 3,

    /// <summary>Execute.</summary>
    Execute = 4,

    /// <summary>Read and execute.</summary>
    ReadExecute = 5,

    /// <summary>Write and execute.</summary>
    WriteExecute = 6,

    /// <summary>Everything: the usual value.</summary>
    All = 7,

    /// <summary>Read and execute; a write turns it into read and write.</summary>
    ReadExecuteToReadWrite = 8,

    /// <summary>Nothing; the first access turns it into everything, and is logged.</summary>
    NoneToAll = 9,

    /// <summary>Read; writes by page walks are allowed.</summary>
    ReadPagingWrite = 10,
}
