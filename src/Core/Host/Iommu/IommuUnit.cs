using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>Who made an IOMMU.</summary>
public enum IommuMaker
{
    /// <summary>Intel VT-d.</summary>
    Vtd,

    /// <summary>AMD-Vi.</summary>
    Amd,

    /// <summary>Another one: of its capabilities nothing is known here.</summary>
    Other,
}

/// <summary>An IOMMU unit.</summary>
/// <param name="Name">Its name in sysfs, such as <c>dmar0</c>.</param>
/// <param name="Maker">Who made it.</param>
/// <param name="AddressBits">Width of the device addresses that it translates: its aperture. <see langword="null"/> when it does not say.</param>
/// <param name="LeafSizes">Sizes that its leaves may have; empty when it does not say.</param>
public sealed record IommuUnit(string Name, IommuMaker Maker, int? AddressBits, ImmutableArray<PageSize> LeafSizes)
{
    internal static IommuUnit Read(HostTree tree, string folder, string name)
    {
        if (tree.Text($"{folder}/intel-iommu/cap") is { } capabilities && ProcText.TryParseHex(capabilities, out var cap)) return Vtd(name, cap);
        // AMD 48882: host tables have up to six levels and leaves of any power of two; the unit's own limits are not in sysfs.
        return tree.Exists($"{folder}/amd-iommu") ? new IommuUnit(name, IommuMaker.Amd, null, [PageSize.Size4K, PageSize.Size2M, PageSize.Size1G]) : new IommuUnit(name, IommuMaker.Other, null, []);
    }

    /// <summary>VT-d specification, 11.4.2 capability register: SAGAW 12:8 (bit 1: 39 bits, 2: 48, 3: 57), MGAW 21:16, SLLPS 37:34 (bit 0: 2 MiB, 1: 1 GiB).</summary>
    private static IommuUnit Vtd(string name, ulong cap)
    {
        var guest = (int)(cap >> 16 & 0x3f) + 1;
        var levels = (cap >> 8 & 0x1f) switch { var sagaw when (sagaw & 8) != 0 => 57, var sagaw when (sagaw & 4) != 0 => 48, var sagaw when (sagaw & 2) != 0 => 39, _ => 0 };
        var sizes = ImmutableArray.CreateBuilder<PageSize>();
        sizes.Add(PageSize.Size4K);
        if ((cap >> 34 & 1) != 0) sizes.Add(PageSize.Size2M);
        if ((cap >> 35 & 1) != 0) sizes.Add(PageSize.Size1G);
        return new IommuUnit(name, IommuMaker.Vtd, levels == 0 ? null : Math.Min(guest, levels), sizes.ToImmutable());
    }
}
