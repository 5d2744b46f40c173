using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Host;

/// <summary>Makes segments that lie in the file and beside each other of what an ELF core says.</summary>
internal static class ImageSegments
{
    /// <summary>The segments in the order of their addresses.</summary>
    /// <param name="declared">What the headers say.</param>
    /// <param name="fileBytes">Length of the file.</param>
    /// <param name="notes">Takes one line for each thing that was left out.</param>
    /// <exception cref="HostException">Nothing is left.</exception>
    public static ImmutableArray<ImageSegment> Of(ImmutableArray<ElfSegment> declared, long fileBytes, ImmutableArray<string>.Builder notes)
    {
        var inFile = new List<ImageSegment>();
        var (cut, missing) = (0, 0UL);
        foreach (var segment in declared)
        {
            var there = segment.Offset >= (ulong)fileBytes ? 0 : Math.Min(segment.FileBytes, (ulong)fileBytes - segment.Offset);
            if (there < segment.FileBytes) (cut, missing) = (cut + 1, missing + (segment.FileBytes - there));
            // An address of all ones says that there is none.
            if (there == 0 || segment.Physical > ulong.MaxValue - there) continue;
            inFile.Add(new ImageSegment(segment.Physical, there, (long)segment.Offset));
        }

        if (cut != 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"the file is cut: {cut} of {declared.Length} segments lack 0x{missing:x} bytes at their ends; dump again, or expect tables that are not there"));
        var beside = Beside(inFile, out var overlaps);
        if (overlaps != 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{overlaps} segments overlap others in physical memory (a dump with paging on); of each address the first is used"));
        return beside.IsEmpty ? throw new HostException("is an ELF core of which no segment lies in the file: it is cut") : beside;
    }

    private static ImmutableArray<ImageSegment> Beside(List<ImageSegment> segments, out int overlaps)
    {
        overlaps = 0;
        var beside = ImmutableArray.CreateBuilder<ImageSegment>();
        foreach (var segment in segments.OrderBy(segment => segment.Start).ThenByDescending(segment => segment.Bytes))
        {
            if (beside.Count == 0 || segment.Start > beside[^1].Last)
            {
                beside.Add(segment);
                continue;
            }

            overlaps++;
            if (segment.Last <= beside[^1].Last) continue;
            var skipped = beside[^1].Last - segment.Start + 1;
            beside.Add(new ImageSegment(segment.Start + skipped, segment.Bytes - skipped, segment.FileOffset + (long)skipped));
        }

        return beside.ToImmutable();
    }
}
