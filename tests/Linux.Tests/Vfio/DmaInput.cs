using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>What random words say: a process with BARs and memory of every kind, holes and jumps; a request into it; and what else stands in its way.</summary>
internal sealed class DmaInput
{
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;
    private const ulong Bars = 1024 * G1;
    private const ulong Memory = 16 * G1;

    private readonly List<Piece> _pieces = [];

    public DmaInput(IReadOnlyList<uint> pieces, uint request, uint surroundings)
    {
        var va = At + ((request & 1) * ((request >> 1) & 1023) * K4);
        foreach (var (index, word) in pieces.Index())
        {
            if (((word >> 3) & 31) == 0) va += (1 + (word >> 27)) * K4;
            var piece = Piece.Of(word, va, (ulong)index, (surroundings & 255) == 255);
            _pieces.Add(piece);
            va += piece.Pages * K4;
        }

        if (_pieces.Count == 0) return;
        var span = (va - _pieces[0].Va) / K4;
        var skip = ((request >> 11) & 3) == 0 ? span * ((request >> 13) & 15) / 16 : 0;
        var cut = ((request >> 17) & 3) == 0 ? (span - skip) * ((request >> 19) & 15) / 16 : 0;
        Va = _pieces[0].Va + (skip * K4);
        Pages = span - skip - cut;
        Iova = Device + (_pieces[0].Physical % G1) + (skip * K4) + (((request >> 23) & 3) * K4) + (((request >> 25) & 1) * M2);
        Permissions = (request >> 26) % 4 == 0 ? Permissions.Read : Permissions.ReadWrite;
        Thp = (ThpPolicy)((request >> 28) % 3);

        Iommu = (surroundings & 7) switch { 0 => IommuKinds.AmdV1, 1 => IommuKinds.Find("riscv-sv48x4")!, _ => IommuKinds.Vtd };
        Domains = 1 + (int)((surroundings >> 8) % 3);
        TracksDirty = ((surroundings >> 11) & 1) != 0;
        IsWarm = ((surroundings >> 12) & 1) != 0;
        LimitPages = ((surroundings >> 13) & 3) == 0 ? (surroundings >> 15) & 1023 : ulong.MaxValue >> 12;
        var page = ((surroundings >> 16) & 0xFFFF) % Math.Max(Pages, 1);
        Failure = ((surroundings >> 4) & 15) switch
        {
            0 => FailureScript.Of(FailurePoint.Page, (long)page),
            1 => FailureScript.Of(FailurePoint.Map, 1),
            2 => FailureScript.Of(FailurePoint.Lock, 1),
            3 => FailureScript.Of(FailurePoint.Dma, 1),
            4 => FailureScript.Of(FailurePoint.Bitmap, TracksDirty ? 1 : 2),
            5 when Domains == 1 && Iommu == IommuKinds.Vtd => FailureScript.Of(FailurePoint.Table, 1),
            _ => FailureScript.None,
        };
    }

    public ulong Va { get; }

    public ulong Iova { get; }

    public ulong Pages { get; }

    public Permissions Permissions { get; }

    public ThpPolicy Thp { get; }

    public int Domains { get; }

    public bool TracksDirty { get; }

    public bool IsWarm { get; }

    public ulong LimitPages { get; }

    public FailureScript Failure { get; } = FailureScript.None;

    public IommuKind Iommu { get; } = IommuKinds.Vtd;

    /// <summary>The first frame of the request where all of it is one BAR.</summary>
    public Pfn? WithinOneBar => PieceAt(Va) is { Kind: null } piece && PieceAt(Va + ((Pages - 1) * K4)) == piece ? new Pfn(piece.FrameOf(Va)) : null;

    /// <summary>Whether the request holds memory and holes only.</summary>
    public bool HasNoBar => _pieces.All(piece => piece.Kind is not null || piece.Va >= Va + (Pages * K4) || piece.Va + (piece.Pages * K4) <= Va);

    public bool HasReserved => _pieces.Any(piece => piece.HasReserved);

    public IEnumerable<string> Kinds => _pieces.Select(piece => $"{piece.Kind?.ToString() ?? "BAR"}");

    /// <summary>What is wrong with the input, each by its errno; nothing: the request must succeed.</summary>
    public IEnumerable<Errno> Causes()
    {
        if (Frames() is null || Failure.ToString().StartsWith("page", StringComparison.Ordinal)) yield return Errno.EFAULT;
        var normal = Normal();
        if ((ulong)normal > LimitPages) yield return Errno.ENOMEM;
        if (!Failure.IsEmpty && Failure.ToString() is var text)
        {
            if (text.StartsWith("lock", StringComparison.Ordinal) && normal > 0) yield return Errno.EINTR;
            if (text is "map:1" or "dma:1" or "bitmap:1" or "table:1") yield return Errno.ENOMEM;
        }
    }

    public LinuxRig Build(KernelProfile profile, MapPath path)
    {
        var rig = new LinuxRig(profile, path, Thp, iommu: Iommu, failures: Failure.Restarted());
        foreach (var piece in _pieces) piece.Mmap(rig);
        for (var more = 1; more < Domains; more++) Assert.That(rig.Container.AttachDomain(rig.NewDomain(Iommu)), Is.EqualTo(Errno.None));
        if (IsWarm)
        {
            foreach (var piece in _pieces) Assert.That(rig.Mm.Populate(new Va(piece.Va), piece.Pages * K4, write: false), Is.EqualTo(Errno.None));
        }

        rig.Mm.Locked.LimitBytes = LimitPages == ulong.MaxValue >> 12 ? ulong.MaxValue : LimitPages * K4;
        if (TracksDirty) rig.Container.StartDirtyTracking();
        return rig;
    }

    /// <summary>Frame of each page of the request; <see langword="null"/> when one is missing or may not be written.</summary>
    public ulong[]? Frames()
    {
        var frames = new ulong[Pages];
        for (ulong page = 0; page < Pages; page++)
        {
            if (PieceAt(Va + (page * K4)) is not { } piece || (piece.IsReadOnly && Permissions.HasFlag(Permissions.Write))) return null;
            frames[page] = piece.FrameOf(Va + (page * K4));
        }

        return frames;
    }

    public override string ToString() =>
        $"{string.Join(", ", _pieces)}; 0x{Va:x} x {Pages} to 0x{Iova:x} {Permissions}, THP {Thp}, {Domains} domains of {Iommu.Id}, {(IsWarm ? "warm" : "cold")}, limit {LimitPages}, failing at '{Failure}'{(TracksDirty ? ", dirty tracked" : "")}";

    private long Normal()
    {
        long normal = 0;
        for (ulong page = 0; page < Pages; page++) normal += PieceAt(Va + (page * K4)) is { Kind: not null } piece && !piece.IsReserved(Va + (page * K4)) ? 1 : 0;
        return normal;
    }

    private Piece? PieceAt(ulong va)
    {
        foreach (var piece in _pieces)
        {
            if (va >= piece.Va && va - piece.Va < piece.Pages * K4) return piece;
        }

        return null;
    }

    /// <summary>One area. Memory jumps by a page after each <paramref name="Break"/> pages; some of its frames may be reserved.</summary>
    private sealed record Piece(ulong Va, ulong Physical, ulong Pages, RamKind? Kind, ulong Break, bool HasReserved, bool IsReadOnly)
    {
        public static Piece Of(uint word, ulong va, ulong index, bool mayBeFrameZero)
        {
            var pages = ((word >> 8) & 1) == 0 ? 512UL * (1 + ((word >> 10) & 1)) : 1 + ((word >> 10) & 1023);
            var isReadOnly = ((word >> 20) & 15) == 0;
            var kind = (word & 7) switch { 0 or 1 or 2 => (RamKind?)null, 3 => RamKind.Pages4K, 4 => RamKind.Hugetlb2M, _ => RamKind.Thp };
            var offset = ((word >> 24) & 3) switch { 0 => va % G1, 1 => va % M2, 2 => (va + K4) % M2, _ => 0UL };
            if (kind is null) return new Piece(va, mayBeFrameZero && index == 0 ? 0 : Bars + (index * 4 * G1) + offset, pages, null, 0, false, isReadOnly);
            var first = Memory + (index * 64 * M2) + (va % M2);
            if (kind == RamKind.Hugetlb2M)
            {
                if (va % M2 != 0 || pages % 512 != 0) kind = RamKind.Thp;
                else return new Piece(va, first, pages, kind, ((word >> 26) & 1) == 0 ? 0 : 512UL, false, isReadOnly);
            }

            return new Piece(va, first, pages, kind, ((word >> 26) & 3) switch { 0 => 0, 1 => 1 + ((word >> 12) & 7), 2 => 200, _ => 0UL }, (word >> 30) == 0, isReadOnly);
        }

        public void Mmap(LinuxRig rig)
        {
            if (Kind is not { } kind)
            {
                rig.Mmap(Va, Physical, Pages * K4, IsReadOnly ? AreaFlags.Read | AreaFlags.Shared : ReadWrite);
                return;
            }

            var stretches = new List<RamStretch>();
            for (ulong page = 0; page < Pages;)
            {
                var length = Break == 0 ? Pages : Math.Min(Break, Pages - page);
                stretches.Add(new RamStretch(new Pfn(Frame(page)), length));
                page += length;
            }

            // One stretch of normal frames over all; reserved ones are left out of it.
            var (first, last) = (Frame(0), Frame(Pages - 1));
            for (var frame = first; frame <= last;)
            {
                var end = frame;
                while (end <= last && !IsReservedFrame(end)) end++;
                if (end > frame) rig.Mm.StructPages.AddNormal(new Pfn(frame), end - frame);
                frame = end + 1;
            }

            rig.MmapRam(Va, new RamPages(kind, [.. stretches]), IsReadOnly ? AreaFlags.Read : AreaFlags.Read | AreaFlags.Write);
        }

        public ulong FrameOf(ulong va) => Kind is null ? (Physical + (va - Va)) / K4 : Frame((va - Va) / K4);

        public bool IsReserved(ulong va) => IsReservedFrame(FrameOf(va));

        public override string ToString() => $"{Kind?.ToString() ?? "BAR"} 0x{Va:x} x {Pages} at 0x{Physical:x}{(Break != 0 ? $" jumps each {Break}" : "")}{(HasReserved ? " reserved" : "")}{(IsReadOnly ? " ro" : "")}";

        // A folio stays whole: memory of huge pages jumps by one of them.
        private ulong Frame(ulong page) => (Physical / K4) + page + (Break == 0 ? 0 : page / Break * (Kind == RamKind.Hugetlb2M ? 512UL : 1UL));

        private bool IsReservedFrame(ulong frame) => HasReserved && (frame - (Physical / K4)) % 97 is 5 or 6;
    }
}
