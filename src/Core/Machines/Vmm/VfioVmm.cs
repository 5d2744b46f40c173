using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>
/// A VMM with VFIO devices, as QEMU does it: each BAR is mmapped in areas; a config write goes to vfio-pci first, which drops the CPU's translations when decode goes
/// off; then what came or went in the guest's address space is mapped for DMA or unmapped, area by area, through the container.
/// </summary>
public sealed class VfioVmm : IPciObserver, IDisposable
{
    private const ulong PageBytes = 4096;

    private readonly TableArena _cpuArena = new();
    private readonly TableArena _iommuArena = new();
    private readonly TableArena _stage2Arena = new();
    private readonly AddressSpace _mm;
    private readonly Type1Container _container;
    private readonly KvmVm _kvm;
    private readonly VmmSettings _settings;
    private readonly Dictionary<PciFunction, VfioPciDevice> _devices = [];
    private readonly Dictionary<BarRegister, List<Section>> _sections = [];
    private readonly List<Errno> _warnings = [];
    private readonly AreaPlacer _placer;

    /// <summary>A VMM without devices.</summary>
    public VfioVmm(VfioHost host, VmmSettings settings)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(settings);
        var profile = (host.Profile ?? KernelProfiles.Resolve(host.Kernel)).Profile;
        _settings = settings;
        _placer = new AreaPlacer(settings);
        _mm = new AddressSpace(profile, _cpuArena, Counters) { ThpPolicy = host.Thp };
        Domain = host.Iommu.CreateDomain(profile, _iommuArena, Counters);
        _container = new Type1Container(_mm, Domain, Counters);
        _kvm = new KvmVm(_mm, _stage2Arena, HostLookup.TwoWalks);
    }

    /// <summary>What the host's kernel did.</summary>
    public KernelCounters Counters { get; } = new();

    /// <summary>What devices can reach.</summary>
    public IommuDomain Domain { get; }

    /// <summary>VFIO_IOMMU_MAP_DMA calls.</summary>
    public long MapCalls { get; private set; }

    /// <summary>VFIO_IOMMU_UNMAP_DMA calls.</summary>
    public long UnmapCalls { get; private set; }

    /// <summary>KVM memory slots that were made; each of them is filled by faults again.</summary>
    public long MemorySlots { get; private set; }

    /// <summary>What KVM's second stage cost: faults, and leaves that went with a slot or with the CPU's translations.</summary>
    public KvmCounters Stage2 => _kvm.Counters;

    /// <summary>Times that vfio-pci dropped the CPU's translations of a device.</summary>
    public long Zaps { get; private set; }

    /// <summary>Failed maps: a VMM warns that peer-to-peer will not work, and goes on.</summary>
    public IReadOnlyList<Errno> Warnings => _warnings;

    /// <summary>Mappings that stand.</summary>
    public int Mappings => _container.MappingCount;

    /// <summary>Takes a device: its BARs are mmapped, each area at an address of its own.</summary>
    public void Assign(PciFunction function, params ReadOnlySpan<AssignedBar> bars)
    {
        var device = new VfioPciDevice();
        _devices.Add(function, device);
        foreach (var assigned in bars)
        {
            var bytes = Math.Max(assigned.Bar.Bytes, PageBytes);
            var host = new VfioPciBar(device, new Pfn(assigned.Physical.Value >> Pfn.Shift), bytes);
            var sections = new List<Section>();
            foreach (var area in _settings.MmapsTrappedPages ? [BusRange.Of(0, bytes)] : SectionsOf(BusRange.Of(0, bytes), assigned.Trapped))
            {
                if (_settings.NoMmap) continue;
                var va = _placer.Place(area);
                var errno = host.Mmap(_mm, va, area.Start, area.Bytes, AreaFlags.Read | AreaFlags.Write | AreaFlags.Shared, out _);
                if (errno != Errno.None) throw new InvalidOperationException($"{assigned.Bar}: mmap of {BinarySize.Format(area.Bytes)} gives {errno}");
                foreach (var section in SectionsOf(area, assigned.Trapped)) sections.Add(new Section(section, va + (section.Start - area.Start)));
            }

            _sections.Add(assigned.Bar, sections);
        }
    }

    /// <inheritdoc/>
    public void Wrote(in ConfigWrite write)
    {
        if (write.Offset != ConfigRegister.Command || !_devices.TryGetValue(write.Function, out var device)) return;
        var decodes = write.Function.DecodesMemory;
        // Also when it was off before: the handler of the write does not compare.
        if (!decodes) Zaps++;
        device.SetMemoryDecode(decodes);
    }

    /// <inheritdoc/>
    public void Appeared(in BarMapping mapping)
    {
        foreach (var (iova, va, bytes) in Parts(mapping))
        {
            MapCalls++;
            MemorySlots++;
            if (_kvm.AddMemslot(SlotOf(iova, va, bytes)) is var wrong and not Errno.None) throw new InvalidOperationException($"{mapping.Bar}: a memslot gives {wrong}");
            var errno = _container.MapDma(iova, va, bytes, Permissions.ReadWrite);
            if (errno != Errno.None) _warnings.Add(errno);
        }
    }

    /// <inheritdoc/>
    public void Disappeared(in BarMapping mapping)
    {
        foreach (var (iova, va, bytes) in Parts(mapping))
        {
            UnmapCalls++;
            _kvm.RemoveMemslot(SlotOf(iova, va, bytes));
            var errno = _container.UnmapDma(iova, bytes, out _);
            if (errno != Errno.None) _warnings.Add(errno);
        }
    }

    /// <summary>The guest touches every page of what it sees of a BAR: what stage 2 has not comes by a fault.</summary>
    public void Touch(in BarMapping mapping)
    {
        foreach (var (iova, _, bytes) in Parts(mapping))
        {
            var last = new Gfn((iova.Value + (bytes - 1)) >> Pfn.Shift);
            for (var gfn = new Gfn(iova.Value >> Pfn.Shift); gfn <= last;)
            {
                var errno = _kvm.Access(gfn, write: true);
                if (errno != Errno.None || !_kvm.Stage2.Follow(gfn.AsTableInput, out var leaf)) throw new InvalidOperationException($"{mapping.Bar}: a guest's access gives {errno}");
                gfn = new Gfn((gfn.Value | (leaf.Size.Pages - 1)) + 1);
            }
        }
    }

    /// <summary>Gives the memory of the tables back.</summary>
    public void Dispose()
    {
        _stage2Arena.Dispose();
        _cpuArena.Dispose();
        _iommuArena.Dispose();
    }

    /// <summary>
    /// The sections that the memory listener sees of a visible BAR: its areas, cut to what is visible. A BAR smaller than a page counts as one where it starts a page; addresses
    /// with bit 63 come from sizing an enabled BAR and are passed over.
    /// </summary>
    private IEnumerable<(Iova Iova, Va Va, ulong Bytes)> Parts(BarMapping mapping)
    {
        if (!_sections.TryGetValue(mapping.Bar, out var sections) || mapping.Range.Start >> 63 != 0) yield break;
        var visible = BusRange.Of(mapping.BarOffset, mapping.Bar.Bytes < PageBytes ? PageBytes : mapping.Range.Bytes);
        foreach (var section in sections)
        {
            if (section.Area.Intersect(visible) is not { } part) continue;
            var iova = mapping.Range.Start + (part.Start - mapping.BarOffset);
            if (((iova | part.Start | part.Bytes) & (PageBytes - 1)) != 0) continue;
            yield return (new Iova(iova), section.Va + (part.Start - section.Area.Start), part.Bytes);
        }
    }

    private static KvmMemslot SlotOf(Iova iova, Va va, ulong bytes) => new(new Gfn(iova.Value >> Pfn.Shift), bytes >> Pfn.Shift, va);

    /// <summary>What of an area lies around the trapped pages.</summary>
    private static IEnumerable<BusRange> SectionsOf(BusRange area, BusRange? trapped) => trapped is { } table ? area.Without(table.WholePages) : [area];

    private readonly record struct Section(BusRange Area, Va Va);
}
