namespace Fast.Machines.Xen;

/// <summary>Commands of virtio-gpu that deal with blob resources. OASIS virtio 1.3, 5.7.6.8.</summary>
public enum VirtioGpuCommand
{
    /// <summary>Destroys a resource.</summary>
    ResourceUnref = 0x0102,

    /// <summary>Makes a blob resource.</summary>
    ResourceCreateBlob = 0x010c,

    /// <summary>Maps a blob into the host-visible region.</summary>
    ResourceMapBlob = 0x0208,

    /// <summary>Takes it out again.</summary>
    ResourceUnmapBlob = 0x0209,
}

/// <summary>Responses that these commands get.</summary>
public enum VirtioGpuResponse
{
    /// <summary>Done.</summary>
    OkNoData = 0x1100,

    /// <summary>Done; the mapping's caching follows.</summary>
    OkMapInfo = 0x1106,

    /// <summary>Failed, no reason given.</summary>
    ErrUnspecified = 0x1200,

    /// <summary>No memory, or no room in the region.</summary>
    ErrOutOfMemory = 0x1201,

    /// <summary>No such resource, or the id is taken.</summary>
    ErrInvalidResourceId = 0x1203,

    /// <summary>Something else about the command is wrong.</summary>
    ErrInvalidParameter = 0x1205,
}

/// <summary>Where a blob's memory comes from: <c>blob_mem</c>.</summary>
public enum BlobMemory
{
    /// <summary>Guest pages.</summary>
    Guest = 1,

    /// <summary>Memory of the host's GPU driver.</summary>
    Host3D = 2,

    /// <summary>Both: guest pages shadow the host's memory.</summary>
    Host3DGuest = 3,
}

/// <summary>What a blob is to be used for: <c>blob_flags</c>.</summary>
[Flags]
public enum BlobUses
{
    /// <summary>Nothing of the below.</summary>
    None = 0,

    /// <summary>It will be mapped.</summary>
    Mappable = 1,

    /// <summary>It will be shared between contexts.</summary>
    Shareable = 2,

    /// <summary>It will be shared between devices.</summary>
    CrossDevice = 4,
}

/// <summary>How the guest must cache a mapping: <c>map_info</c>.</summary>
public enum MapCaching
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>Cached: memory of the host.</summary>
    Cached = 1,

    /// <summary>Uncached.</summary>
    Uncached = 2,

    /// <summary>Write-combining: memory of the GPU.</summary>
    WriteCombining = 3,
}

/// <summary>Where a blob resource is in its life.</summary>
public enum BlobState
{
    /// <summary>There is none of that id.</summary>
    Absent,

    /// <summary>It exists and is mapped nowhere.</summary>
    Created,

    /// <summary>It has a place in the host-visible region, and the guest reaches its memory there.</summary>
    Mapped,

    /// <summary>It has its place, but the host has taken the memory away for a while: not a state of the protocol, and the guest is not told.</summary>
    Revoked,
}
