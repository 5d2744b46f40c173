namespace Fast.Machines;

/// <summary>Why a part of a BAR ends where it ends.</summary>
public enum PartEdge
{
    /// <summary>The BAR does.</summary>
    Bar,

    /// <summary>Next to it lie the trapped pages of the MSI-X table.</summary>
    Msix,

    /// <summary>Next to it lies a hole that the driver leaves in what may be mmapped.</summary>
    Sparse,

    /// <summary>Next to it lies an area with other rights.</summary>
    Protection,
}

/// <summary>A part of a BAR with the addresses that translate it: an area of the process, or what is mapped for the device in one piece.</summary>
/// <param name="Offset">Its first byte in the BAR.</param>
/// <param name="Bytes">Its length; whole pages.</param>
/// <param name="Address">Where it begins: a virtual address, or a device address.</param>
/// <param name="Before">What ends it below.</param>
/// <param name="After">What ends it above.</param>
public readonly record struct MappedPart(ulong Offset, ulong Bytes, ulong Address, PartEdge Before = PartEdge.Bar, PartEdge After = PartEdge.Bar)
{
    /// <summary>First byte of the BAR behind it.</summary>
    public ulong End => Offset + Bytes;

    /// <summary>
    /// Cuts holes out of parts, or only splits the parts there. Holes are widened to whole pages.
    /// </summary>
    internal static IEnumerable<MappedPart> Cut(IEnumerable<MappedPart> parts, BusRange hole, PartEdge edge, bool keepsMiddle = false)
    {
        var pages = hole.WholePages;
        var (first, end) = (pages.Start, pages.Last + 1);
        foreach (var part in parts)
        {
            if (end <= part.Offset || first >= part.End)
            {
                yield return part;
                continue;
            }

            if (first > part.Offset) yield return part with { Bytes = first - part.Offset, After = edge };
            if (keepsMiddle)
            {
                var (from, to) = (Math.Max(first, part.Offset), Math.Min(end, part.End));
                yield return new MappedPart(from, to - from, part.Address + (from - part.Offset), from > part.Offset ? edge : part.Before, to < part.End ? edge : part.After);
            }

            if (end < part.End) yield return new MappedPart(end, part.End - end, part.Address + (end - part.Offset), edge, part.After);
        }
    }
}
