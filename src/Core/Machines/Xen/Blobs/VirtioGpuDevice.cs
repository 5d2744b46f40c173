namespace Fast.Machines.Xen;

/// <summary>What the device needs of the host to serve blobs.</summary>
public interface IBlobMemory
{
    /// <summary>Whether the host has memory of that name and size for a blob; it is taken then.</summary>
    bool TryCreate(uint resourceId, in BlobCommand command);

    /// <summary>How the guest must cache what is mapped for a blob.</summary>
    MapCaching CachingOf(uint resourceId);

    /// <summary>The memory of a blob is not needed any more.</summary>
    void Destroy(uint resourceId);
}

/// <summary>A blob resource of the device.</summary>
/// <param name="Memory">Where its memory comes from.</param>
/// <param name="Uses">What for.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Offset">Its place in the host-visible region while it has one.</param>
public readonly record struct BlobResource(BlobMemory Memory, BlobUses Uses, ulong Bytes, BlobState State, ulong Offset);

/// <summary>
/// The part of a virtio-gpu device that a hypervisor must understand: blob resources, and the host-visible region (shared memory region 1, a BAR of the device) that the driver divides among
/// them. <c>docs/virtio-gpu-blob.md</c> tells it as tables, which a test compares with this. The standard names no response for most refusals; this device says
/// <see cref="VirtioGpuResponse.ErrInvalidParameter"/>, others say other things.
/// </summary>
/// <param name="regionBytes">Size of the host-visible region.</param>
/// <param name="memory">The host's memory.</param>
public sealed class VirtioGpuDevice(ulong regionBytes, IBlobMemory memory)
{
    private const ulong PageBytes = 4096;
    private readonly Dictionary<uint, BlobResource> _resources = [];

    /// <summary>Size of the host-visible region.</summary>
    public ulong RegionBytes { get; } = regionBytes;

    /// <summary>Where a resource is in its life.</summary>
    public BlobState StateOf(uint resourceId) => _resources.TryGetValue(resourceId, out var resource) ? resource.State : BlobState.Absent;

    /// <summary>A resource, or <see langword="null"/>.</summary>
    public BlobResource? Find(uint resourceId) => _resources.TryGetValue(resourceId, out var resource) ? resource : null;

    /// <summary>Executes a command as bytes of the control queue.</summary>
    /// <returns>Bytes of the response.</returns>
    public int Execute(ReadOnlySpan<byte> request, Span<byte> response)
    {
        var answer = BlobWire.TryRead(request, out var command) ? Execute(command, out var caching) : Unknown(out caching);
        return BlobWire.Write(answer, caching, response);
    }

    /// <summary>Executes a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="caching">How the guest must cache the mapping, for <see cref="VirtioGpuResponse.OkMapInfo"/>.</param>
    public VirtioGpuResponse Execute(in BlobCommand command, out MapCaching caching)
    {
        caching = MapCaching.None;
        return command.Command switch
        {
            VirtioGpuCommand.ResourceCreateBlob => Create(command),
            VirtioGpuCommand.ResourceMapBlob => Map(command, out caching),
            VirtioGpuCommand.ResourceUnmapBlob => Unmap(command.ResourceId),
            VirtioGpuCommand.ResourceUnref => Unref(command.ResourceId),
            _ => VirtioGpuResponse.ErrUnspecified,
        };
    }

    /// <summary>The host takes the memory of a mapped resource away.</summary>
    /// <exception cref="InvalidOperationException">It is not mapped.</exception>
    public void Revoke(uint resourceId) => Move(resourceId, BlobState.Mapped, BlobState.Revoked);

    /// <summary>The host gives the memory of a revoked resource back.</summary>
    /// <exception cref="InvalidOperationException">It is not revoked.</exception>
    public void Restore(uint resourceId) => Move(resourceId, BlobState.Revoked, BlobState.Mapped);

    private static VirtioGpuResponse Unknown(out MapCaching caching)
    {
        caching = MapCaching.None;
        return VirtioGpuResponse.ErrUnspecified;
    }

    private VirtioGpuResponse Create(in BlobCommand command)
    {
        if (command.ResourceId == 0 || _resources.ContainsKey(command.ResourceId)) return VirtioGpuResponse.ErrInvalidResourceId;
        var fromGuest = command.Memory is BlobMemory.Guest or BlobMemory.Host3DGuest;
        if (command.Bytes == 0 || command.Bytes % PageBytes != 0 || !Enum.IsDefined(command.Memory) || fromGuest != (command.Entries > 0)) return VirtioGpuResponse.ErrInvalidParameter;
        if (!memory.TryCreate(command.ResourceId, command)) return VirtioGpuResponse.ErrOutOfMemory;
        _resources.Add(command.ResourceId, new BlobResource(command.Memory, command.Uses, command.Bytes, BlobState.Created, 0));
        return VirtioGpuResponse.OkNoData;
    }

    private VirtioGpuResponse Map(in BlobCommand command, out MapCaching caching)
    {
        caching = MapCaching.None;
        if (!_resources.TryGetValue(command.ResourceId, out var resource)) return VirtioGpuResponse.ErrInvalidResourceId;
        if (resource.State != BlobState.Created || !resource.Uses.HasFlag(BlobUses.Mappable) || resource.Memory == BlobMemory.Guest) return VirtioGpuResponse.ErrInvalidParameter;
        var offset = command.Offset;
        if (offset % PageBytes != 0 || offset > RegionBytes || resource.Bytes > RegionBytes - offset || Overlaps(offset, resource.Bytes)) return VirtioGpuResponse.ErrInvalidParameter;
        _resources[command.ResourceId] = resource with { State = BlobState.Mapped, Offset = offset };
        caching = memory.CachingOf(command.ResourceId);
        return VirtioGpuResponse.OkMapInfo;
    }

    private VirtioGpuResponse Unmap(uint resourceId)
    {
        if (!_resources.TryGetValue(resourceId, out var resource)) return VirtioGpuResponse.ErrInvalidResourceId;
        if (!HasPlace(resource)) return VirtioGpuResponse.ErrInvalidParameter;
        _resources[resourceId] = resource with { State = BlobState.Created, Offset = 0 };
        return VirtioGpuResponse.OkNoData;
    }

    private VirtioGpuResponse Unref(uint resourceId)
    {
        // A resource that is still mapped is unmapped on the way.
        if (!_resources.Remove(resourceId)) return VirtioGpuResponse.ErrInvalidResourceId;
        memory.Destroy(resourceId);
        return VirtioGpuResponse.OkNoData;
    }

    private static bool HasPlace(in BlobResource resource) => resource.State is BlobState.Mapped or BlobState.Revoked;

    private bool Overlaps(ulong offset, ulong bytes) =>
        _resources.Values.Any(other => HasPlace(other) && offset < other.Offset + other.Bytes && other.Offset < offset + bytes);

    private void Move(uint resourceId, BlobState from, BlobState to)
    {
        if (StateOf(resourceId) != from) throw new InvalidOperationException($"resource {resourceId} is {StateOf(resourceId)}, not {from}");
        _resources[resourceId] = _resources[resourceId] with { State = to };
    }
}
