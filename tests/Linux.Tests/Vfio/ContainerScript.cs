using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>A sequence of calls that random words spell, and that reads as a script: what a container is asked, on a process with memory, BARs and a hole.</summary>
internal sealed class ContainerScript
{
    public const ulong At = 512 * G1;
    public const ulong Device = 64 * G1;
    private const int Slots = 8;

    /// <summary>First page, pages, first frame of what the process has; memory or BAR.</summary>
    private static readonly (ulong Page, ulong Pages, ulong Frame, bool IsRam, AreaFlags Flags)[] Areas =
    [
        (0, 30, 0x400000, true, AreaFlags.Read | AreaFlags.Write),
        (30, 34, 0x40a000, true, AreaFlags.Read | AreaFlags.Write),
        (64, 40, 0x10000040, false, ReadWrite),
        (104, 24, 0x10000000 + 104, false, ReadWrite),
        (132, 20, 0x420000, true, AreaFlags.Read | AreaFlags.Write),
        (152, 8, 0x430000, true, AreaFlags.Read),
        (160, 16, 0x20000000, false, AreaFlags.Read | AreaFlags.Shared),
        (512, 512, 0x480000, true, AreaFlags.Read | AreaFlags.Write),
        (1024, 512, 0x10000400, false, ReadWrite),
    ];

    private readonly List<(string Text, Func<LinuxRig, string> Run)> _steps = [];
    private readonly bool _hasFrameZero;

    public ContainerScript(IEnumerable<uint> words)
    {
        foreach (var word in words)
        {
            if (_steps.Count == 0 && word % 256 == 255) _hasFrameZero = true;
            _steps.Add(Decode(word));
        }
    }

    public int Count => _steps.Count;

    /// <summary>Frame of a page of the process, or none.</summary>
    public ulong? FrameOf(ulong va)
    {
        var page = (va - At) / K4;
        foreach (var area in Areas)
        {
            if (page >= area.Page && page - area.Page < area.Pages) return Frame(area) + (page - area.Page);
        }

        return null;
    }

    public void Mmap(LinuxRig rig)
    {
        foreach (var area in Areas)
        {
            var physical = Frame(area) * K4;
            if (area.IsRam)
            {
                // Frames 0x430004 and 0x430005 are reserved.
                if (area.Frame != 0x430000) rig.Mm.StructPages.AddNormal(new Pfn(area.Frame), area.Pages);
                else foreach (var (first, pages) in (ReadOnlySpan<(ulong, ulong)>)[(0x430000, 4), (0x430006, 2)]) rig.Mm.StructPages.AddNormal(new Pfn(first), pages);
                rig.MmapRam(At + (area.Page * K4), new RamPages(RamKind.Thp, new RamStretch(new Pfn(area.Frame), area.Pages)), area.Flags);
            }
            else
            {
                rig.Mmap(At + (area.Page * K4), physical, area.Pages * K4, area.Flags);
            }
        }

        rig.Container.AttachEmulated(new Mdev());
        rig.Mm.Locked.LimitBytes = 600 * K4;
    }

    /// <summary>Takes a step; returns what came of it.</summary>
    public string Run(LinuxRig rig, int step) => _steps[step].Run(rig);

    /// <summary>The script up to a step.</summary>
    public string Text(int last) => string.Join('\n', _steps.Take(last + 1).Select((step, index) => $"  {index}: {step.Text}"));

    private ulong Frame((ulong Page, ulong Pages, ulong Frame, bool IsRam, AreaFlags Flags) area) => _hasFrameZero && area.Page == 1024 ? 0 : area.Frame;

    private static (string Text, Func<LinuxRig, string> Run) Decode(uint word)
    {
        var slot = (word >> 4) % Slots;
        var iova = Device + (slot * 40 * K4) + (((word >> 7) & 1) * M2);
        var page = ((word >> 8) & 3) == 0 ? 500 + ((word >> 10) % 560) : (word >> 10) % 176;
        var pages = ((word >> 20) & 7) == 0 ? 1 + (((word >> 23) & 511) * 2) : 1 + ((word >> 23) % 48);
        switch (word & 15)
        {
            case <= 5:
                var permissions = ((word >> 29) & 3) == 0 ? Permissions.Read : Permissions.ReadWrite;
                return ($"map {iova:x} to page {page} x {pages} {permissions}", rig => rig.Map(iova, At + (page * K4), pages * K4, permissions).ToString());
            case 6:
                return ($"unmap {iova:x} x {pages}", rig => $"{rig.Container.UnmapDma(new Iova(iova), pages * K4, out var bytes)} {bytes}");
            case 7 or 8:
                return ($"unmap mapping {slot}", rig => Existing(rig, slot) is { } dma ? $"{rig.Container.UnmapDma(dma.Iova, dma.Bytes, out var bytes)} {bytes}" : "none");
            case 9:
                return ("unmap all", rig => $"{rig.Container.UnmapDma(new Iova(0), 0, UnmapDmaFlags.All, out var bytes)} {bytes}");
            case 10:
                return ("attach", rig => rig.Container.Domains.Count < 3 ? rig.Container.AttachDomain(rig.NewDomain()).ToString() : "enough");
            case 11:
                return ($"detach {slot}", rig => Detach(rig, (int)slot));
            case 12:
                return ($"hold page {page} of mapping {slot}", rig => Existing(rig, slot) is { } dma
                    ? rig.Container.PinPages(dma.Iova + (page % dma.Pages * K4), Permissions.Read, new Pfn[1 + (pages % 3)]).ToString() : "none");
            case 13:
                return ($"let page {page} of mapping {slot} go", rig => Existing(rig, slot) is { } dma ? $"{rig.Container.UnpinPages(dma.Iova + (page % dma.Pages * K4), 1)}" : "none");
            case 14:
                return ((word & 16) != 0 ? "decode off and on" : $"limit {pages * 4}", rig => Environment(rig, word, pages));
            default:
                return ((word & 16) != 0 ? "report dirty" : "track dirty", rig => Dirty(rig, (word & 16) != 0));
        }
    }

    private static VfioDma? Existing(LinuxRig rig, uint slot) => rig.Container.MappingCount == 0 ? null : rig.Container.Mappings[(int)(slot % (uint)rig.Container.MappingCount)];

    private static string Detach(LinuxRig rig, int slot)
    {
        if (rig.Container.Domains.Count == 0) return "none";
        rig.Container.DetachDomain(rig.Container.Domains[slot % rig.Container.Domains.Count]);
        return "done";
    }

    private static string Environment(LinuxRig rig, uint word, ulong pages)
    {
        if ((word & 16) == 0) rig.Mm.Locked.LimitBytes = pages * 4 * K4;
        else
        {
            rig.Device.SetMemoryDecode(false);
            rig.Device.SetMemoryDecode(true);
        }

        return "done";
    }

    private static string Dirty(LinuxRig rig, bool reports)
    {
        if (!reports) return rig.Container.StartDirtyTracking().ToString();
        var bitmap = new ulong[64];
        var errno = rig.Container.GetDirtyBitmap(new Iova(Device), 4096 * K4, K4, bitmap);
        return $"{errno} {string.Join(' ', bitmap.Select(word => word.ToString("x")))}";
    }
}
