using System.Globalization;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.Check;

/// <summary>What a process may do, and how its memory lies.</summary>
internal static class ProcessFindings
{
    private const ulong LargeArea = 256UL << 20;

    /// <summary>What holds.</summary>
    public static IEnumerable<Finding> Of(CheckFacts facts)
    {
        if (facts.Process is not { } process) yield break;
        var where = string.Create(CultureInfo.InvariantCulture, $"process {process.Id} ({process.Name})");
        var memory = process.Areas.Where(area => area.IsWritableMemory && area.Bytes >= LargeArea).ToList();
        var bytes = memory.Aggregate(0UL, (sum, area) => sum + area.Bytes);
        var hasVfio = !facts.VfioAreas.IsEmpty || process.HasType1 || process.HasIommufd || !process.VfioGroups.IsEmpty;
        if (!process.HasDetails)
            yield return new Finding("process-hidden", Severity.Note, where, "smaps, open files and pages of the process may not be read by this user", "run as root, or as the user that owns the process");
        if (!hasVfio)
            yield return new Finding("process-without-vfio", Severity.Note, where, "it has no region of a passed-through device mapped, and no container open", "name the process of a VM with passed-through devices: pgrep -a qemu");

        if (hasVfio && !process.MayLockAnything && process.LockLimit is { } limit && limit < bytes)
        {
            yield return new Finding(
                "memlock-too-low", Severity.Error, where, $"it may lock {Numbers.Bytes(limit)} and has {Numbers.Bytes(bytes)} of memory that a guest may have: MAP_DMA answers ENOMEM (\"Cannot allocate memory\")",
                "raise it: 'ulimit -l unlimited', LimitMEMLOCK=infinity of the systemd unit, <hard_limit> of libvirt's <memtune>");
        }

        if (process.HasIommufd && facts.Kernel is { Profile.IommufdMapsDmaBufs: false } kernel)
            yield return new Finding("iommufd-cannot-map-bars", Severity.Warning, where, $"it uses iommufd, and Linux {kernel.Version} cannot map BARs through it (EFAULT): devices do not reach each other's memory", "use type1 (a legacy container), or a kernel with dma-bufs for iommufd (6.19 and newer, modelled from 7.0)");
        if (process.HasThpDisabled && facts.Kernel?.Profile.BarFault == Linux.BarFault.HugeOrders)
            yield return new Finding("process-without-huge-pages", facts.PageByPage, where, "huge pages are off for it (prctl PR_SET_THP_DISABLE): BARs and memory get 4 KiB leaves, whatever the system's setting", "start it without the prctl: look at what starts the VM");

        var huge = memory.Aggregate(0UL, (sum, area) => sum + (area.KernelPageSize > PageSize.Size4K ? area.Bytes : Math.Min(area.Bytes, area.HugeBytes)));
        var resident = memory.Aggregate(0UL, (sum, area) => sum + Math.Max(area.Resident ?? 0, area.KernelPageSize > PageSize.Size4K ? area.Bytes : 0));
        if (hasVfio && process.HasDetails && resident >= PageSize.Size1G.Bytes && huge < resident / 2)
        {
            yield return new Finding(
                "memory-in-small-pages", Severity.Warning, where, $"of {Numbers.Bytes(resident)} of large areas in memory {Numbers.Bytes(huge)} are in huge pages: pinning memory takes a step for each 4 KiB (a cost beside that of BARs)",
                "give the VM hugetlb pages (memory-backend-file on hugetlbfs, libvirt's <hugepages/>), or transparent_hugepage/enabled=always");
        }
    }
}
