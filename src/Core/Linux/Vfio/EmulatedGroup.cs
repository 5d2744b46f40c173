using Fast.PageTables;

namespace Fast.Linux;

/// <summary>Emulated devices (mdev) of a container. They hold single pages, and give them up when a mapping goes (<c>vfio_device_ops.dma_unmap</c>).</summary>
public abstract class EmulatedGroup
{
    /// <summary>A range is unmapped: whatever of it is held must be given back by <see cref="Type1Container.UnpinPages"/>.</summary>
    public abstract void Release(Type1Container container, Iova iova, ulong bytes);
}
