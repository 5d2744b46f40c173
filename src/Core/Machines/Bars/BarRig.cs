using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>The machine of one experiment: a device with one BAR, the process that has it mmapped, a container with one domain.</summary>
internal sealed class BarRig : IDisposable
{
    // Large enough for every BAR below to be naturally aligned at it, and never frame 0.
    private const ulong BarBase = 1UL << 42;
    private const ulong VaBase = 1UL << 40;
    private const ulong IovaBase = 1UL << 36;

    private readonly BarCase _case;
    private readonly TableArena _cpuArena = new();
    private readonly TableArena _iommuArena = new();
    private readonly AddressSpace _mm;
    private readonly Type1Container _container;
    private readonly VfioPciBar _bar;

    public BarRig(BarCase barCase, BarWatch watch)
    {
        _case = barCase;
        Watch = watch;
        _mm = new AddressSpace(barCase.Profile, _cpuArena, Counters) { ThpPolicy = barCase.Thp, Resched = watch.Resched };
        Domain = barCase.Iommu.CreateDomain(barCase.Profile, _iommuArena, Counters);
        _container = new Type1Container(_mm, Domain, Counters, barCase.Path);
        var physical = Math.Max(BarBase, barCase.BarBytes);
        _bar = new VfioPciBar(new VfioPciDevice(), new Pfn(physical >> Pfn.Shift), barCase.BarBytes);
    }

    /// <summary>Everything that a process can map.</summary>
    public static IovaRange UserSpace => IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte));

    public BarWatch Watch { get; }

    public KernelCounters Counters { get; } = new();

    public PageTable<X64L4> Cpu => _mm.Table;

    public IommuDomain Domain { get; }

    // The BAR's base is a multiple of 1 GiB, so a skew against it is an offset within the first GiB.
    private Va BarVa => new(VaBase + _case.VaSkew);

    private Va StartVa => BarVa + _case.Offset;

    // A guest's firmware aligns a BAR to its size, and an IOMMU may have leaves as large as that.
    private Iova StartIova => new(Math.Max(IovaBase, _case.BarBytes) + _case.IovaSkew + _case.Offset);

    /// <summary>Mmaps the BAR, and touches it when the case is warm. What that costs is not counted.</summary>
    public Errno Prepare()
    {
        var errno = _bar.Mmap(_mm, BarVa, 0, _case.BarBytes, AreaFlags.Read | AreaFlags.Write | AreaFlags.Shared, out _);
        if (errno == Errno.None && _case.Warm)
        {
            Watch.Begin(BarPhase.Warm);
            errno = _mm.Populate(StartVa, _case.Bytes, write: true);
            Watch.End();
            Watch.Reset();
        }

        Counters.Reset();
        return errno;
    }

    public Errno Map() => _container.MapDma(StartIova, StartVa, _case.Bytes, Permissions.ReadWrite);

    public Errno Unmap()
    {
        var errno = _container.UnmapDma(StartIova, _case.Bytes, out var unmapped);
        if (errno == Errno.None && unmapped != _case.Bytes)
            throw new InvalidOperationException($"mapped {BinarySize.Format(_case.Bytes)}, unmapped {BinarySize.Format(unmapped)}");
        return errno;
    }

    public void Dispose()
    {
        _cpuArena.Dispose();
        _iommuArena.Dispose();
    }
}
