using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// NVIDIA GPU page tables, version 3 (Hopper, Blackwell): 57-bit addresses; pages of 4 KiB, 64 KiB, 2 MiB, 512 MiB, and on Blackwell 256 GiB. Addresses stand
/// where they are; permissions are a code of five bits (PCF), each of which has its meaning. NVIDIA open GPU kernel modules, <c>dev_mmu.h</c> of gh100
/// (<c>NV_MMU_VER3_*</c>).
/// </summary>
/// <remarks>Levels, the order of the two last tables and the memories are those of <see cref="NvidiaV2"/>; level 5 is PDE4.</remarks>
[PageTableFormat("nvidia-v3", IaBits = 57, OaBitsMax = 52, Operations = Operations.Walk), Hatch]
[Feature("256g")]
[Level(0, Name = "SmallPte", Shift = 12, Bits = 9, LeafWhenMask = 1 << 0, LeafWhenValue = 1 << 0)]
[BigTable(Name = "BigPte", Shift = 16, Bits = 5)]
[Level(1, Name = "Pde0", Shift = 21, Bits = 8, CanTable = true, LeafWhenMask = 1 << 0, LeafWhenValue = 1 << 0)]
[Level(2, Name = "Pde1", Shift = 29, Bits = 9, CanTable = true, LeafWhenMask = 1 << 0, LeafWhenValue = 1 << 0)]
[Level(3, Name = "Pde2", Shift = 38, Bits = 9, CanTable = true, LeafWhenMask = 1 << 0, LeafWhenValue = 1 << 0, Requires = "256g")]
[Level(4, Name = "Pde3", Shift = 47, Bits = 9, CanTable = true, TableWhenMask = 1 << 0, TableWhenValue = 0)]
[Level(5, Name = "Pde4", Shift = 56, Bits = 1, CanTable = true, TableWhenMask = 1 << 0, TableWhenValue = 0)]
[Present(AnyOf = 7)]
[Address(51, 12)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 5, Polarity = Polarity.Deny)]
[Perm(Right.User, Bit = 4, Polarity = Polarity.Deny)]
[Field("UNCACHED", 3, 3, Kind = EntryKinds.Any), Field("NO_ATOMIC", 6, 6), Field("ACD", 7, 7), Field("KIND", 11, 8), Field("PEER_ID", 63, 61)]
public partial struct NvidiaV3
{
    private static readonly BitField s_uncached = new(3, 3);
    private static readonly BitField s_code = new(7, 3);
    private static readonly BitField s_videoMemory = new(39, 12);
    private static readonly BitField s_bigTable = new(51, 8);
    private static readonly BitField s_table = new(51, 12);

    /// <inheritdoc cref="NvidiaV2.LeafOf"/>
    public static NvidiaLeaf LeafOf(in WalkResult walk)
    {
        if (!walk.IsLeaf) throw new ArgumentException($"there is no leaf: {walk}", nameof(walk));
        var raw = walk.Entry;
        var aperture = NvidiaLeaf.ApertureOf(raw);
        return new NvidiaLeaf
        {
            Aperture = aperture,
            PeerId = aperture == NvidiaAperture.Peer ? (int)new BitField(63, 61).Of(raw) : 0,
            Kind = (byte)new BitField(11, 8).Of(raw),
            IsVolatile = s_uncached.Holds(raw),
            IsPrivileged = new BitField(4, 4).Holds(raw),
            IsReadOnly = new BitField(5, 5).Holds(raw),
            AllowsAtomics = !new BitField(6, 6).Holds(raw),
            CountsAccesses = !new BitField(7, 7).Holds(raw),
        };
    }

    /// <summary>
    /// The table to which an entry of <paramref name="level"/> points, or <see langword="null"/> when it points to none. Of a dual entry, slot 0 is the low word and
    /// the table of 64 KiB pages, slot 1 the high word and the table of 4 KiB pages.
    /// </summary>
    public static NvidiaTable? TableOf(int level, int slot, ulong raw)
    {
        var isLeaf = (raw & 1) != 0 && !(level == 1 && slot == 1);
        if (level < 1 || isLeaf || NvidiaTable.ApertureOf(raw) is not { } where) return null;
        return new NvidiaTable(where, new PhysicalAddress(TableAddress(level, slot, raw)), s_uncached.Holds(raw), !new BitField(4, 4).Holds(raw));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static partial void DecodeEntry(int level, int slot, ulong raw, ref HatchedEntry entry)
    {
        if (entry.Kind == EntryKind.Leaf)
        {
            if (NvidiaLeaf.ApertureOf(raw) == NvidiaAperture.VideoMemory) entry.Address = s_videoMemory.Of(raw) << 12;
        }
        else if (level == 0)
        {
            entry.End(s_code.Of(raw) switch
            {
                1 => WalkStatus.Sparse,
                2 => WalkStatus.MapsNowhere,
                3 when slot == 0 => WalkStatus.NoSmallPages,
                _ => WalkStatus.NotPresent,
            });
        }
        else if (entry.Kind != EntryKind.Fault)
        {
            if (NvidiaTable.ApertureOf(raw) is { } where) entry.Address = NvidiaTable.Locate(where, TableAddress(level, slot, raw));
            else entry.End(s_uncached.Holds(raw) ? WalkStatus.Sparse : WalkStatus.NotPresent);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TableAddress(int level, int slot, ulong raw) => level == 1 && slot == 0 ? s_bigTable.Of(raw) << 8 : s_table.Of(raw) << 12;
}
