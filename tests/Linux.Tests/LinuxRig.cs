using Fast.Linux;
using Fast.PageTables;

namespace Fast.Tests;

/// <summary>One machine for one test: a device, a process, a container with a domain, VT-d's unless another is asked for.</summary>
internal sealed class LinuxRig : IDisposable
{
    public const ulong K4 = 4UL << 10;
    public const ulong M2 = 2UL << 20;
    public const ulong G1 = 1UL << 30;
    public const AreaFlags ReadWrite = AreaFlags.Read | AreaFlags.Write | AreaFlags.Shared;

    private readonly TableArena _cpuArena = new(new TableArenaOptions { HugePages = false });
    private readonly TableArena _arena;
    private readonly KernelProfile _profile;

    public LinuxRig(
        KernelProfile profile,
        MapPath path = MapPath.Kernel,
        ThpPolicy thp = ThpPolicy.Always,
        bool hasDomain = true,
        int entryLimit = Type1Container.DefaultEntryLimit,
        IommuKind? iommu = null,
        FailureScript? failures = null,
        StepTrace? trace = null,
        bool isV1 = false)
    {
        _profile = profile;
        failures ??= FailureScript.None;
        // The arena's first slot is never handed out and the root takes the second.
        _arena = new TableArena(new TableArenaOptions { HugePages = false, CapacityBytes = failures.FirstMissingTable is { } table ? (ulong)(table + 1) * K4 : 4UL << 30 });
        Counters = new KernelCounters { Locks = new LockRecorder(), Trace = trace };
        Mm = new AddressSpace(profile, _cpuArena, Counters) { ThpPolicy = thp, Failures = failures };
        Domain = (iommu ?? IommuKinds.Vtd).CreateDomain(profile, _arena, Counters);
        Container = new Type1Container(Mm, hasDomain ? Domain : null, Counters, path) { DmaEntryLimit = entryLimit, IsV1 = isV1 };
    }

    public KernelCounters Counters { get; }

    public MapCounters Mapped => Counters.Map;

    public UnmapCounters Unmapped => Counters.Unmap;

    public AddressSpace Mm { get; }

    public IommuDomain Domain { get; }

    public Type1Container Container { get; }

    public VfioPciDevice Device { get; } = new();

    /// <summary>VT-d's table: of a rig that was made without naming an IOMMU.</summary>
    public PageTable<VtdSs4> VtdTable => ((IommuDomain<VtdSs4, X64L4ToVtdSs4>)Domain).Table;

    public LeafSizeCounts IommuLeaves => Domain.CountLeafSizes();

    public MappingDigest Digest => Domain.Digest();

    /// <summary>An empty domain in the same arena.</summary>
    public IommuDomain NewDomain(IommuKind? iommu = null) => (iommu ?? IommuKinds.Vtd).CreateDomain(_profile, _arena, Counters);

    /// <summary>Mmaps a new BAR at its own physical address plus <paramref name="va"/>.</summary>
    public Area Mmap(ulong va, ulong physical, ulong bytes, AreaFlags flags = ReadWrite)
    {
        var errno = new VfioPciBar(Device, new Pfn(physical >> Pfn.Shift), bytes).Mmap(Mm, new Va(va), 0, bytes, flags, out var area);
        Assert.That(errno, Is.EqualTo(Errno.None));
        return area!;
    }

    /// <summary>Mmaps ordinary memory of these stretches (physical bytes, bytes), whose frames are normal unless said otherwise.</summary>
    public Area MmapRam(ulong va, RamKind kind, params ReadOnlySpan<(ulong Physical, ulong Bytes)> stretches)
    {
        var list = new List<RamStretch>();
        foreach (var (physical, bytes) in stretches)
        {
            list.Add(new RamStretch(new Pfn(physical / K4), bytes / K4));
            if (Mm.StructPages.AreInvalidReserved(list[^1].First, list[^1].Pages)) Mm.StructPages.AddNormal(list[^1].First, list[^1].Pages);
        }

        return MmapRam(va, new RamPages(kind, [.. list]));
    }

    public Area MmapRam(ulong va, RamPages ram, AreaFlags flags = AreaFlags.Read | AreaFlags.Write)
    {
        Assert.That(ram.Mmap(Mm, new Va(va), flags, out var area), Is.EqualTo(Errno.None));
        return area!;
    }

    /// <summary>Touches a range and forgets what that cost.</summary>
    public void Warm(ulong va, ulong bytes)
    {
        Assert.That(Mm.Populate(new Va(va), bytes, write: false), Is.EqualTo(Errno.None));
        Counters.Reset();
    }

    public Errno Map(ulong iova, ulong va, ulong bytes, Permissions permissions = Permissions.ReadWrite) =>
        Container.MapDma(new Iova(iova), new Va(va), bytes, permissions);

    public Errno Unmap(ulong iova, ulong bytes) => Container.UnmapDma(new Iova(iova), bytes, out _);

    /// <summary>Frame that the device reaches at <paramref name="iova"/>, or <see langword="null"/>.</summary>
    public ulong? FrameAt(ulong iova, IommuDomain? domain = null)
    {
        var address = (domain ?? Domain).Translate(new Iova(iova));
        return address.IsNone ? null : address.Value >> Pfn.Shift;
    }

    public void Dispose()
    {
        _cpuArena.Dispose();
        _arena.Dispose();
    }
}
