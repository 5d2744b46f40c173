using Fast.PageTables;

namespace Fast.Linux;

/// <summary>A device that vfio-pci owns, as far as the fault handler and the command register know it.</summary>
public sealed class VfioPciDevice
{
    private readonly List<(AddressSpace Mm, Area Area)> _mapped = [];
    private readonly List<BarDmaBuf> _buffers = [];

    /// <summary>Whether the device answers to memory accesses: the MEMORY bit of the virtual command register.</summary>
    public bool MemoryDecode { get; private set; } = true;

    /// <summary>Whether it is a virtual function (SR-IOV): its command register has no MEMORY bit of its own, so it answers whatever is written there.</summary>
    public bool IsVirtualFunction { get; init; }

    /// <summary>Whether a fault finds the device answering (<c>__vfio_pci_memory_enabled</c>).</summary>
    internal bool Answers => MemoryDecode || IsVirtualFunction;

    /// <summary>
    /// Writes the MEMORY bit. Off: every translation of the device's BARs goes from every address space (<c>vfio_pci_zap_bars</c>); the tables of
    /// type1 are not touched, what iommufd mapped from a dma-buf is unmapped. On: the next access faults it in again.
    /// </summary>
    public void SetMemoryDecode(bool on)
    {
        // First the bit: a fault between it and the zap finds the device off, as under memory_lock.
        MemoryDecode = on;
        if (!on) Zap();
        // Exporters take their buffers back after the zap and give them free when the device answers: a virtual function at once.
        foreach (var buffer in _buffers)
        {
            if (!on) buffer.SetRevoked(true);
            if (Answers) buffer.SetRevoked(false);
        }
    }

    private void Zap()
    {
        (AddressSpace Mm, Area Area)[] mapped;
        lock (_mapped) mapped = [.. _mapped];
        foreach (var (mm, area) in mapped) mm.Zap(area);
    }

    internal void Remember(BarDmaBuf buffer) => _buffers.Add(buffer);

    internal void Remember(AddressSpace mm, Area area)
    {
        lock (_mapped) _mapped.Add((mm, area));
    }

    internal void Forget(AddressSpace mm, Area area)
    {
        lock (_mapped) _mapped.Remove((mm, area));
    }

    /// <summary>One order of a fault (<c>vfio_pci_mmap_huge_fault</c>): the alignment is looked at before the device's state.</summary>
    internal FaultResult HugeFault(AddressSpace mm, Area area, Va va, int order)
    {
        var size = new PageSize(order + Pfn.Shift);
        var start = new Va(va.Value & size.PageMask);
        var isInside = start >= area.Start && start.Value + size.OffsetMask <= area.Last.Value;
        if (order > 0 && (!isInside || (area.PfnOf(start).Value & (size.Pages - 1)) != 0)) return FaultResult.Fallback;
        return Answers ? mm.Insert(area, start, order) : FaultResult.SigBus;
    }

    /// <summary>Before 6.12: whatever page is asked for, the whole area is filled, once (<c>vfio_pci_mmap_fault</c>).</summary>
    internal FaultResult FaultWholeArea(AddressSpace mm, Area area)
    {
        if (!Answers) return FaultResult.SigBus;
        if (area.IsFilled) return FaultResult.NoPage;
        var result = mm.InsertAll(area);
        area.IsFilled = result == FaultResult.NoPage;
        return result;
    }
}
