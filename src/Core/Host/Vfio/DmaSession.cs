using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fast.Host;

/// <summary>What is mapped for DMA: process memory, or a BAR that the kernel took as a buffer.</summary>
/// <param name="Va">Where the process has it; 0 for a buffer.</param>
/// <param name="Iova">Where the device finds it.</param>
/// <param name="Bytes">How much.</param>
/// <param name="Buffer">The buffer's descriptor, or -1.</param>
public readonly record struct DmaRange(ulong Va, ulong Iova, ulong Bytes, int Buffer = -1);

/// <summary>A device in user space's hands, and an address space for its DMA. Ends with everything closed, in reverse order.</summary>
public abstract class DmaSession : IDisposable
{
    private readonly Stack<HostDescriptor> _open = new();

    private protected DmaSession(IHostCalls calls, VfioBinding binding) => (Calls, Binding) = (calls, binding);

    /// <summary>How the device was found.</summary>
    public VfioBinding Binding { get; }

    /// <summary>Where DMA may go, first and last byte; empty when the kernel does not say.</summary>
    public ImmutableArray<(ulong First, ulong Last)> Windows { get; private protected set; } = [];

    /// <summary>Page sizes of the IOMMU, a bit for each; 0 when the kernel does not say.</summary>
    public ulong PageSizes { get; private protected set; }

    /// <summary>Whether BARs are mapped from a buffer and not through the process's page table.</summary>
    public virtual bool MapsBuffers => false;

    internal IHostCalls Calls { get; }

    /// <summary>The device's descriptor.</summary>
    internal int Device { get; private protected set; }

    /// <summary>Maps; 0 or a negative errno.</summary>
    public abstract long MapDma(in DmaRange range);

    /// <summary>Unmaps.</summary>
    /// <param name="range">What was mapped.</param>
    /// <param name="removed">How much was taken away.</param>
    /// <returns>0 or a negative errno.</returns>
    public abstract long UnmapDma(in DmaRange range, out ulong removed);

    /// <summary>Has the kernel export a part of a BAR as a buffer.</summary>
    /// <exception cref="HostException">This kernel cannot.</exception>
    internal virtual HostDescriptor ExportBar(VfioRegion region, ulong offset, ulong bytes) => throw new NotSupportedException("type1 maps BARs through the process");

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_open.TryPop(out var descriptor)) descriptor.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected int Opened(long descriptor)
    {
        var opened = new HostDescriptor(Calls, (int)descriptor);
        _open.Push(opened);
        return opened.Number;
    }

    private protected long Ioctl<T>(int descriptor, uint request, ref T argument)
        where T : unmanaged => Calls.Ioctl(descriptor, request, MemoryMarshal.AsBytes(new Span<T>(ref argument)));

    /// <summary>Where a range may go: the lowest place above 4 GiB in a window, with the wanted offset modulo 1 GiB.</summary>
    /// <exception cref="HostException">It fits nowhere.</exception>
    public ulong FindIova(ulong bytes, ulong offsetInGiB)
    {
        // Below 4 GiB lie the addresses of interrupts. 39 bits is what the narrowest IOMMU in use has.
        const ulong Above = 1UL << 32;
        const ulong WidestOfAll = (1UL << 39) - 1;
        foreach (var (first, last) in Windows.IsEmpty ? [(0UL, WidestOfAll)] : Windows)
        {
            var at = Congruent.AtOrAbove(Math.Max(first, Above), offsetInGiB);
            if (at >= first && at <= last && last - at >= bytes - 1) return at;
        }

        throw new HostException($"{BinarySizeText(bytes)} fit into none of the IOMMU's windows above 4G; choose a smaller --size");
    }

    private protected static string BinarySizeText(ulong bytes) => PageTables.BinarySize.Format(bytes);

    private protected static uint SizeOf<T>()
        where T : unmanaged => (uint)Unsafe.SizeOf<T>();
}
