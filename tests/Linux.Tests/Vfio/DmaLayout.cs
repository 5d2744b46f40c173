using Fast.Linux;
using Fast.PageTables;
using FsCheck;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>What random bits say about areas and a request.</summary>
internal sealed class DmaLayout
{
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;
    private readonly List<(ulong Va, ulong Physical, ulong Pages, AreaFlags Flags, bool Warm)> _areas = [];

    public DmaLayout(DoNotSize<uint>[] pieces, uint request, ulong scale)
    {
        var va = At + ((request & 1) * ((request >> 1) & 1023) * K4);
        var physical = 1024 * G1;
        foreach (var bits in pieces.Select(piece => piece.Item))
        {
            var pages = (1 + (bits & 1023)) * (((bits >> 22) & 3) == 0 ? 3 * scale : 1UL);
            if (((bits >> 13) & 15) == 0) va += (1 + ((bits >> 25) & 31)) * K4;
            physical = ((bits >> 10) & 7) switch
            {
                0 or 1 or 2 => physical,
                3 or 4 => (1024 * G1) + (((bits >> 25) & 63) * G1) + (va % G1),
                5 => (1024 * G1) + (((bits >> 25) & 63) * G1) + (va % M2),
                6 => (1024 * G1) + (va % G1) + K4,
                _ => (1024 * G1) + ((bits >> 3) * K4),
            };
            var writable = ((bits >> 17) & 15) != 0 ? AreaFlags.Write : AreaFlags.None;
            _areas.Add((va, physical, pages, AreaFlags.Read | AreaFlags.Shared | writable, ((bits >> 21) & 1) != 0));
            va += pages * K4;
            physical += pages * K4;
        }

        if (_areas.Count == 0) return;
        var span = (va - _areas[0].Va) / K4;
        var skip = ((request >> 11) & 3) == 0 ? span * ((request >> 13) & 15) / 16 : 0;
        var cut = ((request >> 17) & 3) == 0 ? (span - skip) * ((request >> 19) & 15) / 16 : 0;
        Va = _areas[0].Va + (skip * K4);
        Pages = span - skip - cut;
        // Congruent to the first area's frames, or off by a little.
        Iova = Device + ((_areas[0].Physical + (skip * K4)) % G1) + (((request >> 23) & 3) * K4) + (((request >> 25) & 1) * M2);
        Permissions = (request >> 26) % 4 == 0 ? Permissions.Read : Permissions.ReadWrite;
        Thp = (ThpPolicy)((request >> 28) % 3);
    }

    public ulong Va { get; }

    public ulong Iova { get; }

    public ulong Pages { get; }

    public Permissions Permissions { get; }

    public ThpPolicy Thp { get; }

    public bool IsUniform => _areas.All(area => area.Flags == _areas[0].Flags);

    public void Mmap(LinuxRig rig)
    {
        foreach (var (va, physical, pages, flags, warm) in _areas)
        {
            rig.Mmap(va, physical, pages * K4, flags);
            if (warm) rig.Warm(va, pages * K4);
        }
    }

    /// <summary>Frame of each page, or <see langword="null"/> when one is missing or not allowed.</summary>
    public ulong[]? PlainCopy()
    {
        var frames = new ulong[Pages];
        for (ulong page = 0; page < Pages; page++)
        {
            var va = Va + (page * K4);
            var area = _areas.FindIndex(one => va >= one.Va && va < one.Va + (one.Pages * K4));
            if (area < 0 || (Permissions.HasFlag(Permissions.Write) && !_areas[area].Flags.HasFlag(AreaFlags.Write))) return null;
            frames[page] = (_areas[area].Physical + (va - _areas[area].Va)) / K4;
        }

        return frames;
    }

    /// <summary>Places at which frames do not go on contiguously.</summary>
    public static int Breaks(ulong[] frames) => frames.Zip(frames.Skip(1)).Count(pair => pair.Second != pair.First + 1);
}
