using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Reads the steps of a path as they happen, and holds each to the invariants that are about what happens and not about what stands afterwards (kernel.md, section 9).</summary>
internal sealed partial class StepChecks : TextWriter
{
    private const int MostPending = 512;
    private readonly List<(ulong Iova, ulong Pages)> _pending = [];
    private (ulong Va, ulong First, ulong Pages, string State)? _chunk;
    private bool _isFound;
    private ulong _mapped;
    private int _chunks;
    private int _taken;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>The machine whose steps these are.</summary>
    public LinuxRig Rig { get; set; } = null!;

    /// <summary>What was wrong, with the step.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>How often each invariant was looked at.</summary>
    public Dictionary<string, int> Looked { get; } = [];

    /// <summary>Another call begins: what was found before it is nobody's.</summary>
    public void BeginCall() => (_chunk, _isFound, _chunks, _mapped) = (null, false, 0, 0);

    public override void WriteLine(string? value)
    {
        var parts = value!.Split(' ', 3);
        var (function, what) = (parts[1], parts[2]);
        // What maps a chunk follows it at once, once per domain; a replay maps what a domain has, and finds no chunk.
        if (function is not ("iommu_map" or "vfio_pin_pages_remote")) _isFound = false;
        switch (function)
        {
            case "vaddr_get_pfns":
                Pfns(what, value);
                break;
            case "vfio_pin_pages_remote":
                Chunk(what, value);
                break;
            case "iommu_map":
                Mapped(what, value);
                break;
            case "VFIO_IOMMU_MAP_DMA":
                Check("I-progress", _chunks == 0 || (ulong)_chunks <= _mapped, $"{_chunks} chunks of {_mapped} pages: {value}");
                (_chunk, _chunks, _mapped) = (null, 0, 0);
                break;
            case "iommu_unmap_fast":
                if (Numbers(what) is { } unmapped && unmapped.Removed > 0) _pending.Add((unmapped.At, unmapped.Removed));
                Check("I-sync", _pending.Count <= MostPending, $"{_pending.Count} stretches wait: {value}");
                break;
            case "iommu_iotlb_sync":
                _pending.Clear();
                break;
            case "vfio_unpin_pages_remote":
                Unpinned(what, value);
                break;
            case "take":
                Check("I-sync", _taken == 0, $"taken before what was taken was flushed: {value}");
                _taken++;
                break;
            case "flush":
                _taken = 0;
                break;
            case "give":
                Check("I-sync", _taken == 0, $"given back before the flush: {value}");
                break;
        }
    }

    /// <summary>I-nz and I-leaf: a lookup yields at least one page, none beyond its leaf or what was wanted, and the process's own frames.</summary>
    private void Pfns(string what, string line)
    {
        if (PfnsLine().Match(what) is not { Success: true } match) return;
        var (va, wanted, pages) = (Hex(match, 1), Dec(match, 2), Dec(match, 3));
        Check("I-nz", pages > 0 || Rig.Mm.Profile.Patches == VfioPatches.None, line);
        if (pages == 0 || match.Groups[4].Length == 0) return;
        var first = Hex(match, 4);
        var area = Rig.Mm.FindArea(new Va(va));
        if (area is null || !area.Has(AreaFlags.Pfnmap)) return;
        Assert.That(Rig.Mm.Table.Follow(new Iova(va), out var leaf), line);
        var rest = (leaf.Size.Bytes - (va & leaf.Size.OffsetMask)) / K4;
        Check("I-leaf", pages <= Math.Min(rest, wanted) && leaf.Pfn.Value == first, $"{leaf}: {line}");
        var last = va + ((pages - 1) * K4);
        Check("I-leaf", Rig.Mm.Table.Translate(new Iova(last)).Value == (first + pages - 1) * K4, line);
    }

    /// <summary>I-chunk: a chunk ends where frames or their kind do.</summary>
    private void Chunk(string what, string line)
    {
        if (ChunkLine().Match(what) is not { Success: true } match) return;
        var (va, pages, first, state) = (Hex(match, 1), Dec(match, 2), Hex(match, 3), match.Groups[4].Value);
        _chunks++;
        _mapped += pages;
        Check("I-progress", pages > 0, line);
        if (_chunk is { } before && before.Va + (before.Pages * K4) == va && !Rig.Container.DisablesHugepages) Check("I-chunk", before.First + before.Pages != first || before.State != state, $"it goes on as the one before: {line}");
        _chunk = (va, first, pages, state);
        _isFound = true;
    }

    private void Mapped(string what, string line)
    {
        if (MapLine().Match(what) is not { Success: true } match || !_isFound || _chunk is not { } chunk) return;
        Check("I-chunk", Hex(match, 1) == chunk.First && Dec(match, 2) == chunk.Pages, $"not the chunk that was found: {line}");
    }

    /// <summary>I-sync: what goes back is translated nowhere any more, and no stretch of it waits for the flush.</summary>
    private void Unpinned(string what, string line)
    {
        if (UnpinLine().Match(what) is not { Success: true } match) return;
        var (iova, pages) = (Hex(match, 1), Dec(match, 2));
        Check("I-sync", !_pending.Any(waiting => waiting.Iova < iova + (pages * K4) && iova < waiting.Iova + (waiting.Pages * K4)), line);
        foreach (var domain in Rig.Container.Domains)
            Check("I-sync", Rig.FrameAt(iova, domain) is null && Rig.FrameAt(iova + ((pages - 1) * K4), domain) is null, $"still mapped: {line}");
    }

    private void Check(string invariant, bool holds, string line)
    {
        Looked[invariant] = Looked.GetValueOrDefault(invariant) + 1;
        if (!holds) Problems.Add($"{invariant}: {line}");
    }

    private static (ulong At, ulong Removed)? Numbers(string what) => UnmapLine().Match(what) is { Success: true } match ? (Hex(match, 1), Dec(match, 2)) : null;

    private static ulong Hex(Match match, int group) => ulong.Parse(match.Groups[group].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static ulong Dec(Match match, int group) => ulong.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("^0x([0-9a-f]+) x (\\d+) -> (\\d+) pages(?: from (?:pfn )?0x([0-9a-f]+))?")]
    private static partial Regex PfnsLine();

    [GeneratedRegex("^0x([0-9a-f]+) -> (\\d+) pages from (?:pfn )?0x([0-9a-f]+), (\\w+)")]
    private static partial Regex ChunkLine();

    [GeneratedRegex("to (?:pfn )?0x([0-9a-f]+) x (\\d+) -> None")]
    private static partial Regex MapLine();

    [GeneratedRegex("^0x([0-9a-f]+) x \\d+ -> (\\d+) pages")]
    private static partial Regex UnmapLine();

    [GeneratedRegex("^0x([0-9a-f]+) x (\\d+) from")]
    private static partial Regex UnpinLine();
}
