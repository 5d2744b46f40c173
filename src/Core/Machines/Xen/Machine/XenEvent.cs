using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>What a call to Xen was.</summary>
public enum XenCall
{
    /// <summary>Entries of a p2m were set.</summary>
    Set,

    /// <summary>Entries of a p2m were removed.</summary>
    Remove,

    /// <summary>Entries of a p2m got another type.</summary>
    Retype,

    /// <summary>Leaves of a p2m were merged.</summary>
    Collapse,

    /// <summary>Frames were exchanged for a contiguous block, or back.</summary>
    Exchange,

    /// <summary>Entries of a PV-IOMMU context were written or removed.</summary>
    DeviceMap,
}

/// <summary>One call, as it happened: the record that counters can be recounted from.</summary>
/// <param name="At">Nanoseconds since the beginning.</param>
/// <param name="Call">What it was.</param>
/// <param name="Domain">Whose table it changed.</param>
/// <param name="Gfn">First frame.</param>
/// <param name="Mfn">First machine frame, where it set some.</param>
/// <param name="Pages">4 KiB pages.</param>
/// <param name="Type">The type that was set or taken.</param>
/// <param name="Continues">Whether it went on with what an earlier call had begun.</param>
/// <param name="P2m">What it did to the p2m.</param>
/// <param name="Iommu">What it did to an IOMMU table.</param>
/// <param name="References">References taken, or, negative, dropped.</param>
/// <param name="End">When it returned.</param>
public readonly record struct XenEvent(
    long At, XenCall Call, FrameOwner Domain, Pfn Gfn, Pfn Mfn, ulong Pages, P2mType Type, bool Continues, TableChange P2m, TableChange Iommu, long References, long End);
