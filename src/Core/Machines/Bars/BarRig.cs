using System.Collections.Immutable;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>
/// The machine of one experiment: a device with one BAR, or memory; the process that has it mmapped; a container, or iommufd, with its domains.
/// </summary>
internal sealed class BarRig : IDisposable
{
    // Large enough for every BAR below to be naturally aligned at it, and never frame 0.
    private const ulong BarBase = 1UL << 42;
    private const ulong VaBase = 1UL << 40;
    private const ulong IovaBase = 1UL << 36;
    private const AreaFlags ReadWrite = AreaFlags.Read | AreaFlags.Write;

    private readonly BarCase _case;
    private readonly TableArena _cpuArena = new();
    private readonly ShortArena _iommuArena;
    private readonly AddressSpace _mm;
    private readonly Type1Container? _container;
    private readonly Ioas? _ioas;
    private readonly VfioPciBar _bar;
    private readonly ImmutableArray<(ulong Offset, ulong Bytes)> _sections;
    private BarDmaBuf? _buffer;

    public BarRig(BarCase barCase, BarWatch watch, StepTrace? trace)
    {
        _case = barCase;
        _sections = barCase.Sections;
        Watch = watch;
        Counters = new KernelCounters { Trace = trace };
        var conditions = barCase.Conditions;
        var failures = conditions.Script();
        _mm = new AddressSpace(barCase.Profile, _cpuArena, Counters) { ThpPolicy = barCase.Thp, Resched = watch.Resched, Failures = failures };
        if (conditions.MemlockBytes is { } limit) _mm.Locked.LimitBytes = limit;
        _iommuArena = new ShortArena(failures.FirstMissingTable);
        Domain = NewDomain();
        if (conditions.Backend == MapBackend.Type1) _container = new Type1Container(_mm, Domain, Counters, barCase.Path);
        else Attach(_ioas = new Ioas(_mm, Counters), Domain);
        for (var i = 1; i < conditions.Domains; i++)
        {
            if (_ioas is not null) Attach(_ioas, NewDomain());
            else if (_container!.AttachDomain(NewDomain()) is var errno and not Errno.None) throw new InvalidOperationException($"an empty container takes no further domain: {errno}");
        }

        _iommuArena.Shorten();
        _bar = new VfioPciBar(new VfioPciDevice(), new Pfn(Physical >> Pfn.Shift), barCase.BarBytes);
    }

    /// <summary>Everything that a process can map.</summary>
    public static IovaRange UserSpace => IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte));

    public BarWatch Watch { get; }

    public KernelCounters Counters { get; }

    public PageTable<X64L4> Cpu => _mm.Table;

    /// <summary>The first domain.</summary>
    public IommuDomain Domain { get; }

    /// <summary>Bytes of the tables of all domains.</summary>
    public ulong IommuTableBytes => _iommuArena.BytesInUse;

    // The BAR's base is a multiple of 1 GiB, so a skew against it is an offset within the first GiB.
    private Va BarVa => new(VaBase + _case.VaSkew);

    private Va StartVa => BarVa + _case.Offset;

    private ulong Physical => Math.Max(BarBase, _case.BarBytes);

    // A guest's firmware aligns a BAR to its size, and an IOMMU may have leaves as large as that.
    private Iova StartIova => new(Math.Max(IovaBase, _case.BarBytes) + _case.IovaSkew + _case.Offset);

    // What the kernel takes as a dma-buf never passes through the process.
    private bool IsBuffer => _ioas is not null && _case.Conditions.Ram is null && _case.Profile.IommufdMapsDmaBufs;

    /// <summary>Mmaps what is to be mapped, and touches it when the case is warm. What that costs is not counted.</summary>
    public Errno Prepare()
    {
        // A VMM that keeps the whole BAR to itself does not mmap it either.
        if (_sections.Length == 0) return Errno.None;
        if (IsBuffer) return BarDmaBuf.Export(_bar, _case.Offset, _case.Bytes, out _buffer);
        var isWhole = _case.Conditions is { Ram: null, Holes: 0, BreakEvery: null };
        var errno = isWhole ? _bar.Mmap(_mm, BarVa, 0, _case.BarBytes, ReadWrite | AreaFlags.Shared, out _) : MmapPieces();
        if (errno == Errno.None && _case.Warm)
        {
            Watch.Begin(BarPhase.Warm);
            errno = isWhole ? _mm.Populate(StartVa, _case.Bytes, write: true) : Touch();
            Watch.End();
            Watch.Reset();
        }

        Counters.Reset();
        return errno;
    }

    /// <summary>Maps section after section, and stops at the first that fails.</summary>
    public Errno Map()
    {
        foreach (var (offset, bytes) in _sections)
        {
            var errno = _buffer is not null ? _ioas!.MapBuffer(StartIova + offset, _buffer, offset, bytes, Permissions.ReadWrite)
                : _ioas is not null ? _ioas.Map(StartIova + offset, StartVa + offset, bytes, Permissions.ReadWrite)
                : _container!.MapDma(StartIova + offset, StartVa + offset, bytes, Permissions.ReadWrite);
            if (errno != Errno.None) return errno;
        }

        return Errno.None;
    }

    public Errno Unmap()
    {
        foreach (var (offset, bytes) in _sections)
        {
            ulong unmapped;
            var errno = _ioas is not null ? _ioas.Unmap(StartIova + offset, bytes, out unmapped) : _container!.UnmapDma(StartIova + offset, bytes, out unmapped);
            if (errno != Errno.None) return errno;
            if (unmapped != bytes) throw new InvalidOperationException($"mapped {BinarySize.Format(bytes)}, unmapped {BinarySize.Format(unmapped)}");
        }

        return Errno.None;
    }

    /// <summary>A guest touches every page of what is mmapped, as a memslot that KVM has just got; returns the faults of its second stage.</summary>
    /// <param name="stage2">Where stage 2 lies.</param>
    public long TouchByGuest(TableArena stage2)
    {
        var vm = new KvmVm(_mm, stage2, HostLookup.TwoWalks);
        var slot = new KvmMemslot(new Gfn(StartIova.Value >> Pfn.Shift), _case.Pages, StartVa);
        var errno = vm.AddMemslot(slot);
        for (var gfn = slot.First; errno == Errno.None && gfn <= slot.Last;)
        {
            errno = vm.Access(gfn, write: true);
            if (errno != Errno.None || !vm.Stage2.Follow(gfn.AsTableInput, out var leaf)) break;
            // What the leaf holds besides is reached without a fault.
            gfn = new Gfn((gfn.Value | (leaf.Size.Pages - 1)) + 1);
        }

        return errno == Errno.None ? vm.Counters.Stage2Faults : throw new InvalidOperationException($"a guest's access gives {errno}");
    }

    public void Dispose()
    {
        _cpuArena.Dispose();
        _iommuArena.Dispose();
    }

    private IommuDomain NewDomain() => _case.Iommu.CreateDomain(_case.Profile, _iommuArena.Arena, Counters);

    private static void Attach(Ioas ioas, IommuDomain domain)
    {
        if (ioas.AttachDomain(domain) is var errno and not Errno.None) throw new InvalidOperationException($"an empty address space takes no further domain: {errno}");
    }

    private Errno MmapPieces()
    {
        foreach (var piece in BarPiece.Of(_case, Physical + _case.Offset))
        {
            var errno = Mmap(piece);
            if (errno != Errno.None) return errno;
        }

        return Errno.None;
    }

    private Errno Mmap(BarPiece piece)
    {
        var at = StartVa + piece.Offset;
        if (_case.Conditions.Ram is not { } kind) return new VfioPciBar(_bar.Device, piece.First, piece.Bytes).Mmap(_mm, at, 0, piece.Bytes, ReadWrite | AreaFlags.Shared, out _);
        var stretch = new RamStretch(piece.First, piece.Bytes >> Pfn.Shift);
        _mm.StructPages.AddNormal(stretch.First, stretch.Pages);
        return new RamPages(kind, stretch).Mmap(_mm, at, ReadWrite, out _);
    }

    private Errno Touch()
    {
        foreach (var piece in BarPiece.Of(_case, Physical + _case.Offset))
        {
            var errno = _mm.Populate(StartVa + piece.Offset, piece.Bytes, write: true);
            if (errno != Errno.None) return errno;
        }

        return Errno.None;
    }
}
