using System.Globalization;

namespace Fast.PageTables;

/// <summary>An output address of a table: where a translation ends.</summary>
/// <param name="Value">Bytes.</param>
public readonly record struct PhysicalAddress(ulong Value)
{
    /// <summary>
    /// "No translation". Physical 0 is a real address, so 0 cannot say it; Linux's <c>iommu_iova_to_phys</c> returns 0 for
    /// both, which is how a page at physical 0 is never unmapped there.
    /// </summary>
    public static PhysicalAddress None => new(ulong.MaxValue);

    /// <summary>Whether this is a translation at all.</summary>
    public bool IsNone => Value == ulong.MaxValue;

    /// <summary>The address in hexadecimal, or <c>none</c>.</summary>
    public override string ToString() => IsNone ? "none" : "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}
