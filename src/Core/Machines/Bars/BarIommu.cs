namespace Fast.Machines;

/// <summary>The IOMMU that a BAR is mapped into.</summary>
public enum BarIommu
{
    /// <summary>Intel VT-d, second stage, four levels.</summary>
    Vtd,
}
