using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>A VM with a BAR of 4 GiB in one memslot, everything congruent modulo 1 GiB.</summary>
internal sealed class KvmRig : IDisposable
{
    public const ulong Physical = 64 * G1;
    public const ulong At = 128 * G1;
    public const ulong Bytes = 4 * G1;
    public static readonly Gfn Guest = new((16 * G1) >> Pfn.Shift);

    private readonly TableArena _arena = new(new TableArenaOptions { HugePages = false, PoisonFreed = true });

    public KvmRig(HostLookup lookup, KernelProfile? profile = null)
    {
        Mm = new AddressSpace(profile ?? KernelProfiles.Linux73, _arena, Counters);
        Bar = new VfioPciBar(Device, new Pfn(Physical >> Pfn.Shift), Bytes);
        Assert.That(Bar.Mmap(Mm, new Va(At), 0, Bytes, ReadWrite, out _), Is.EqualTo(Errno.None));
        Vm = new KvmVm(Mm, _arena, lookup);
        Slot = new KvmMemslot(Guest, Bytes >> Pfn.Shift, new Va(At));
        Assert.That(Vm.AddMemslot(Slot), Is.EqualTo(Errno.None));
    }

    public KernelCounters Counters { get; } = new();

    public VfioPciDevice Device { get; } = new();

    public VfioPciBar Bar { get; }

    public AddressSpace Mm { get; }

    public KvmVm Vm { get; }

    public KvmMemslot Slot { get; }

    public static IovaRange EveryGuestAddress => IovaRange.Of(new Iova(0), 1UL << 40);

    public static Gfn GuestAt(ulong offset) => Guest + (offset >> Pfn.Shift);

    public string Stage2Leaves => string.Join(
        ", ", new[] { "4K", "2M", "1G" }.Select((size, level) => (Size: size, Count: Vm.Stage2.CountLeaves(EveryGuestAddress)[level])).Where(leaf => leaf.Count != 0).Select(leaf => $"{leaf.Count} x {leaf.Size}"));

    /// <summary>Touches the process's side, so that guest faults find it mapped.</summary>
    public void Warm()
    {
        Assert.That(Mm.Populate(new Va(At), Bytes, write: true), Is.EqualTo(Errno.None));
        Counters.Reset();
    }

    /// <summary>I-kvm where nothing is being changed: what stage 2 translates the process translates too, to the same frame, by a leaf as large, and as writable.</summary>
    public string? Violation()
    {
        lock (Mm.MmapLock)
        {
            lock (Vm.MmuLock)
            {
                for (var gfn = Slot.First; gfn <= Slot.Last;)
                {
                    var walk = Vm.Stage2.Walk(gfn.AsTableInput);
                    var size = walk.IsLeaf ? walk.Leaf.Size : new PageSize(Pfn.Shift + (9 * walk.Level));
                    if (walk.IsLeaf)
                    {
                        var hva = Slot.HvaOf(gfn);
                        if (!Mm.Table.Follow(hva.AsTableInput, out var host)) return $"{gfn} is mapped, {hva} is not";
                        if (host.Pfn != walk.Leaf.Pfn || host.Size < size) return $"{gfn} leads to {walk.Leaf}, {hva} to {host}";
                        if ((walk.Leaf.Permissions & Permissions.Write) != 0 && (host.Permissions & Permissions.Write) == 0) return $"{gfn} can be written, {hva} cannot";
                    }

                    gfn = new Gfn((gfn.Value & ~(size.Pages - 1)) + size.Pages);
                }
            }
        }

        return null;
    }

    public void Dispose() => _arena.Dispose();
}
