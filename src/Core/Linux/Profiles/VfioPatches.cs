namespace Fast.Linux;

/// <summary>
/// The five patches that made type1 map a huge pfnmap leaf by leaf ("vfio/type1: optimize huge pfnmap", merged for 6.15 or 6.16), one switch each.
/// </summary>
[Flags]
public enum VfioPatches
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>1: zero pages from <c>pin_user_pages_remote</c> are an error, not a frame nobody wrote.</summary>
    ZeroPinIsError = 1 << 0,

    /// <summary>2: every caller of <c>vaddr_get_pfns</c> brings a <c>vfio_batch</c>.</summary>
    CallersBringBatch = 1 << 1,

    /// <summary>3: <c>vaddr_get_pfns</c> fills the batch itself; an empty batch afterwards means "pfnmap".</summary>
    BatchInside = 1 << 2,

    /// <summary>4: <c>follow_pfnmap_start</c> reports the size of the leaf as an address mask.</summary>
    AddressMask = 1 << 3,

    /// <summary>5: type1 takes the rest of the leaf at once.</summary>
    UseMask = 1 << 4,

    /// <summary>All five.</summary>
    All = ZeroPinIsError | CallersBringBatch | BatchInside | AddressMask | UseMask,
}
