namespace Fast.PageTables;

/// <summary>How the items of a last-level table are compared.</summary>
public enum ScanVariant
{
    /// <summary>One by one: the plain form, and the oracle of the others.</summary>
    Scalar,

    /// <summary>Two at a time.</summary>
    Vector128,

    /// <summary>Four at a time.</summary>
    Vector256,

    /// <summary>Eight at a time.</summary>
    Vector512,
}
