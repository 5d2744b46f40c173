using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>
/// Pages of a BAR whose accesses the VMM handles itself, such as the MSI-X table. The BAR is mmapped as a whole all the same (the kernel says so since 4.16); what is mapped for
/// devices are the sections around.
/// </summary>
/// <param name="Offset">First byte; a multiple of 4 KiB.</param>
/// <param name="Bytes">Length; a multiple of 4 KiB.</param>
public readonly record struct TrappedPages(ulong Offset, ulong Bytes)
{
    private const ulong Page = 4096;

    /// <summary>The pages that hold a table of any place and length.</summary>
    public static TrappedPages Of(ulong offset, ulong bytes)
    {
        var pages = BusRange.Of(offset, bytes).WholePages;
        return new TrappedPages(pages.Start, pages.Bytes);
    }

    /// <summary>What lies around it in so many bytes.</summary>
    internal ImmutableArray<(ulong Offset, ulong Bytes)> Around(ulong bytes) => [.. BusRange.Of(0, bytes).Without(BusRange.Of(Offset, Bytes)).Select(section => (section.Start, section.Bytes))];

    /// <summary>What is wrong with it, or <see langword="null"/>.</summary>
    internal string? Check(ulong bytes) =>
        Bytes == 0 || ((Offset | Bytes) & (Page - 1)) != 0 ? "trapped pages start and end at a multiple of 4K"
        : Offset > bytes || Bytes > bytes - Offset ? $"trapped pages at {BinarySize.Format(Offset)} do not lie in {BinarySize.Format(bytes)}"
        : null;
}
