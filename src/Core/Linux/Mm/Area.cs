using Fast.PageTables;

namespace Fast.Linux;

/// <summary>A stretch of an address space that one mmap made (<c>vm_area_struct</c>), backed by a part of a BAR or by ordinary memory.</summary>
public sealed class Area
{
    internal Area(Va start, ulong bytes, AreaFlags flags, VfioPciBar bar, ulong barOffset)
    {
        Start = start;
        Last = start + (bytes - 1);
        Flags = flags;
        Bar = bar;
        BarOffset = barOffset;
    }

    private Area(Area whole, Va first, Va last, AreaFlags flags, Va at)
    {
        Start = at;
        Last = at + (last.Value - first.Value);
        Flags = flags;
        Bar = whole.Bar;
        Ram = whole.Ram;
        BarOffset = whole.BarOffset + (first.Value - whole.Start.Value);
        IsFilled = whole.IsFilled;
    }

    internal Area(Va start, AreaFlags flags, RamPages ram)
    {
        Start = start;
        Last = start + ((ram.Pages << Pfn.Shift) - 1);
        Flags = flags;
        Ram = ram;
    }

    /// <summary>First byte.</summary>
    public Va Start { get; }

    /// <summary>Last byte, inclusive.</summary>
    public Va Last { get; }

    /// <summary>Length in bytes.</summary>
    public ulong Bytes => Last.Value - Start.Value + 1;

    /// <summary>Flags.</summary>
    public AreaFlags Flags { get; }

    /// <summary>The BAR behind it, or <see langword="null"/>.</summary>
    public VfioPciBar? Bar { get; }

    /// <summary>The ordinary memory behind it, or <see langword="null"/>.</summary>
    public RamPages? Ram { get; }

    /// <summary>Where in the BAR it starts, in bytes.</summary>
    public ulong BarOffset { get; }

    /// <summary>6.1: the area is in the device's <c>vma_list</c>, so a fault finds nothing left to do.</summary>
    internal bool IsFilled { get; set; }

    /// <summary>Bytes that were filled in since anything of the area was last cleared.</summary>
    internal ulong FilledBytes { get; set; }

    /// <summary>Whether every page is known to be mapped. An area that came to be by a split, a move or a fork is not known to be.</summary>
    internal bool IsWhole => FilledBytes == Bytes;

    /// <summary>What leaves of the area allow: <c>vm_page_prot</c>.</summary>
    internal Permissions Permissions
    {
        get
        {
            var permissions = Permissions.User;
            if (Has(AreaFlags.Read)) permissions |= Permissions.Read;
            if (Has(AreaFlags.Write) && (Ram is not null || Has(AreaFlags.Shared))) permissions |= Permissions.ReadWrite;
            return permissions;
        }
    }

    /// <summary>Whether it holds raw frames that a write would have to copy: such an area takes no huge leaf (<c>is_cow_mapping</c>).</summary>
    internal bool IsCow => Has(AreaFlags.Pfnmap | AreaFlags.Write) && !Has(AreaFlags.Shared);

    /// <summary>The area as a range of the CPU's page table.</summary>
    internal IovaRange Range => IovaRange.Inclusive(Start.AsTableInput, Last.AsTableInput);

    /// <summary>A part of the area as an area of its own, perhaps elsewhere or with other flags; it leads where the part led.</summary>
    internal Area Part(Va first, Va last, AreaFlags? flags = null, Va? at = null) => new(this, first, last, flags ?? Flags, at ?? first);

    /// <summary>Whether all of <paramref name="flags"/> are set.</summary>
    public bool Has(AreaFlags flags) => (Flags & flags) == flags;

    /// <summary>Whether <paramref name="va"/> lies inside.</summary>
    public bool Contains(Va va) => va >= Start && va <= Last;

    /// <summary>The frame behind <paramref name="va"/> (of a BAR: <c>vma_to_pfn</c> of vfio-pci).</summary>
    public Pfn PfnOf(Va va)
    {
        var offset = BarOffset + (va.Value - Start.Value);
        return Bar is null ? Ram!.PfnOf(offset >> Pfn.Shift) : Bar.First + (offset >> Pfn.Shift);
    }
}
