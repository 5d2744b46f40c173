using System.Runtime.InteropServices;

namespace Fast.Host;

/// <summary>What <c>PAGEMAP_SCAN</c> tells about pages.</summary>
[Flags]
public enum PageCategories : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>In memory.</summary>
    Present = 1 << 3,

    /// <summary>Swapped out.</summary>
    Swapped = 1 << 4,

    /// <summary>The page of zeros that is everybody's.</summary>
    ZeroPage = 1 << 5,

    /// <summary>Mapped by a 2 MiB leaf or of <c>hugetlb</c>.</summary>
    Huge = 1 << 6,
}

/// <summary>A stretch of pages of the same categories: the kernel's <c>struct page_region</c>.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">First address behind it.</param>
/// <param name="Categories">What they are.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct PageRegion(ulong Start, ulong End, PageCategories Categories);
