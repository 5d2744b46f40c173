using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// NVIDIA GPU page tables, version 2 (Pascal to Ada): 49-bit addresses; pages of 4 KiB, 64 KiB, 2 MiB, and from Ampere on 512 MiB. NVIDIA open-gpu-doc,
/// <c>dev_mmu</c> of the Turing manuals (<c>NV_MMU_VER2_*</c>); which table decides and what the invalid codes do: NVIDIA open GPU kernel modules (UVM) and nouveau.
/// </summary>
/// <remarks>
/// <para>Level 0 is both last tables, the one of 4 KiB and the one of 64 KiB pages; <see cref="Leaf.Size"/> tells which one held a leaf. Level 1 is PDE0, whose dual
/// entry points to both, level 2 PDE1, up to level 4, PDE3. A walk that ends in a dual entry reports its low word. The big table decides first: an
/// entry there that is plainly invalid lets the 4 KiB table decide, one that is sparse (<see cref="WalkStatus.Sparse"/>) or says that there are no 4 KiB pages
/// (<see cref="WalkStatus.NoSmallPages"/>) does not. A dual entry is sparse when its low word says so and neither word has a table.</para>
/// <para>Tables may lie in video and in system memory, which have addresses of their own: the memory that is walked is asked for a table in system memory at its
/// address plus <see cref="NvidiaTable.SystemMemory"/>. Frames of leaves are plain addresses; <see cref="LeafOf"/> tells of which memory.</para>
/// <para>GPU addresses are taken as they go over the bus, unsigned; a driver that gives an address of the upper half in the CPU's canonical form cuts it to 49 bits
/// first.</para>
/// </remarks>
[PageTableFormat("nvidia-v2", IaBits = 49, OaBitsMax = 58, Operations = Operations.Walk), Hatch]
[Feature("512m")]
[Level(0, Name = "SmallPte", Shift = 12, Bits = 9, LeafWhenMask = 1 << 0, LeafWhenValue = 1 << 0)]
[BigTable(Name = "BigPte", Shift = 16, Bits = 5)]
[Level(1, Name = "Pde0", Shift = 21, Bits = 8, CanTable = true, LeafWhenMask = 1 << 0, LeafWhenValue = 1 << 0)]
[Level(2, Name = "Pde1", Shift = 29, Bits = 9, CanTable = true, LeafWhenMask = 1 << 0, LeafWhenValue = 1 << 0, Requires = "512m")]
[Level(3, Name = "Pde2", Shift = 38, Bits = 9, CanTable = true, TableWhenMask = 1 << 0, TableWhenValue = 0)]
[Level(4, Name = "Pde3", Shift = 47, Bits = 2, CanTable = true, TableWhenMask = 1 << 0, TableWhenValue = 0)]
[Present(AnyOf = 7)]
[Address(53, 8, AddressLo = 12)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 6, Polarity = Polarity.Deny)]
[Perm(Right.User, Bit = 5, Polarity = Polarity.Deny)]
[Field("VOL", 3, 3, Kind = EntryKinds.Any), Field("ENCRYPTED", 4, 4), Field("ATOMIC_DISABLE", 7, 7), Field("KIND", 63, 56)]
public partial struct NvidiaV2
{
    private const ulong Valid = 1;
    private const ulong Volatile = 1 << 3;
    private const ulong Privileged = 1 << 5;

    // Beside the peer's number and the compression tags only bits 36:12 of an address have room.
    private static readonly BitField s_narrow = new(32, 8);
    private static readonly BitField s_narrowBig = new(32, 4);
    private static readonly BitField s_wide = new(53, 8);
    private static readonly BitField s_wideBig = new(53, 4);

    /// <summary>What <see cref="Leaf"/> cannot say of the leaf at which <paramref name="walk"/> ended.</summary>
    /// <exception cref="ArgumentException">It did not end at a leaf.</exception>
    public static NvidiaLeaf LeafOf(in WalkResult walk)
    {
        if (!walk.IsLeaf) throw new ArgumentException($"there is no leaf: {walk}", nameof(walk));
        var raw = walk.Entry;
        var aperture = NvidiaLeaf.ApertureOf(raw);
        return new NvidiaLeaf
        {
            Aperture = aperture,
            PeerId = aperture == NvidiaAperture.Peer ? (int)new BitField(35, 33).Of(raw) : 0,
            Kind = (byte)new BitField(63, 56).Of(raw),
            IsVolatile = (raw & Volatile) != 0,
            IsEncrypted = new BitField(4, 4).Holds(raw),
            IsPrivileged = (raw & Privileged) != 0,
            IsReadOnly = new BitField(6, 6).Holds(raw),
            AllowsAtomics = !new BitField(7, 7).Holds(raw),
            CountsAccesses = true,
            CompressionTags = aperture is NvidiaAperture.VideoMemory or NvidiaAperture.Peer ? (int)new BitField(55, 36).Of(raw) : 0,
        };
    }

    /// <summary>
    /// The table to which an entry of <paramref name="level"/> points, or <see langword="null"/> when it points to none. Of a dual entry, slot 0 is the low word and
    /// the table of 64 KiB pages, slot 1 the high word and the table of 4 KiB pages.
    /// </summary>
    /// <remarks>Bit 5 of the low word of a dual entry is both an address bit and NO_ATS; it is read as address, and <see cref="NvidiaTable.AllowsAts"/> is true there.</remarks>
    public static NvidiaTable? TableOf(int level, int slot, ulong raw)
    {
        var aperture = NvidiaTable.ApertureOf(raw);
        var isLeaf = (raw & Valid) != 0 && !(level == 1 && slot == 1);
        if (level < 1 || isLeaf || aperture is not { } where) return null;
        var isDual = level == 1;
        return new NvidiaTable(where, new PhysicalAddress(TableAddress(level, slot, raw)), (raw & Volatile) != 0, isDual || !new BitField(5, 5).Holds(raw));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static partial void DecodeEntry(int level, int slot, ulong raw, ref HatchedEntry entry)
    {
        if (entry.Kind == EntryKind.Leaf)
        {
            if (NvidiaLeaf.ApertureOf(raw) is NvidiaAperture.VideoMemory or NvidiaAperture.Peer) entry.Address = s_narrow.Of(raw) << 12;
        }
        else if (level == 0)
        {
            entry.End((raw & Volatile) != 0 ? WalkStatus.Sparse : slot == 0 && (raw & Privileged) != 0 ? WalkStatus.NoSmallPages : WalkStatus.NotPresent);
        }
        else if (entry.Kind != EntryKind.Fault)
        {
            if (NvidiaTable.ApertureOf(raw) is { } where) entry.Address = NvidiaTable.Locate(where, TableAddress(level, slot, raw));
            else entry.End((raw & Volatile) != 0 ? WalkStatus.Sparse : WalkStatus.NotPresent);
        }
    }

    // A big table has 256 bytes and needs no more alignment: its address has four bits more.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TableAddress(int level, int slot, ulong raw)
    {
        var narrow = NvidiaTable.ApertureOf(raw) == NvidiaAperture.VideoMemory;
        return level == 1 && slot == 0
            ? (narrow ? s_narrowBig : s_wideBig).Of(raw) << 8
            : (narrow ? s_narrow : s_wide).Of(raw) << 12;
    }
}
