namespace Fast.PageTables;

/// <summary>
/// What a lookup of one address yields: the frame of the exact page asked for, and how far the same entry reaches. The shape of Linux's
/// <c>follow_pfnmap_args</c> (pfn, addr_mask, writable).
/// </summary>
/// <param name="Pfn">Frame of the page that was asked for, not of the leaf's start.</param>
/// <param name="Size">Size of the leaf.</param>
/// <param name="Permissions">What all levels together allow.</param>
public readonly record struct Leaf(Pfn Pfn, PageSize Size, Permissions Permissions)
{
    /// <summary><c>~(size - 1)</c>.</summary>
    public ulong PageMask => Size.PageMask;
}
