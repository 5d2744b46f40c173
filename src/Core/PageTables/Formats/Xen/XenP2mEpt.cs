using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Xen's physical-to-machine map in EPT tables, as Xen itself reads it. Beside what the hardware reads (walk <see cref="EptL4"/> over the same tables for that) an
/// entry holds a type and an access; permissions derive from them; an entry that allows nothing can still mean something; a memory type that the hardware
/// refuses marks entries, of tables too, whose types are to be computed anew. Xen, <c>p2m-ept.c</c> and <c>ept_entry_t</c>.
/// </summary>
/// <remarks>
/// A walk ends at a leaf where the type has a frame, even if the access forbids everything. Elsewhere it reports <see cref="WalkStatus.NotPresent"/>, and
/// <see cref="Lookup"/> tells the type: populate on demand, paged out, or the device model's. Bit 63 alone means nothing: Xen fills new tables with it.
/// </remarks>
[PageTableFormat("xen-p2m-ept", IaBits = 48, OaBitsMax = 52, Operations = Operations.Walk), Hatch]
[Level(0, Name = "EptPte", Shift = 12, Bits = 9)]
[Level(1, Name = "EptPde", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "EptPdpte", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(3, Name = "EptPml4e", Shift = 39, Bits = 9, CanTable = true)]
[Present(AnyOf = 7)]
[Address(51, 12)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFF000)]
public partial struct XenP2mEpt
{
    private const ulong Large = 1 << 7;
    private const ulong Recalculated = 1 << 10;
    private const ulong SuppressVe = 1UL << 63;
    private static readonly BitField s_frame = new(51, 12);
    private static readonly BitField s_type = new(57, 52);
    private static readonly BitField s_access = new(62, 59);

    /// <summary>Type in an entry.</summary>
    public static XenP2mType TypeOf(ulong raw) => (XenP2mType)s_type.Of(raw);

    /// <summary>Access in an entry.</summary>
    public static XenP2mAccess AccessOf(ulong raw) => (XenP2mAccess)s_access.Of(raw);

    /// <summary>Whether an entry itself waits for its type to be computed anew.</summary>
    public static bool NeedsRecalculation(ulong raw) => (raw & Recalculated) != 0;

    /// <summary>Whether a violation of the entry goes to the hypervisor although the guest could handle it (#VE).</summary>
    public static bool SuppressesException(ulong raw) => (raw & SuppressVe) != 0;

    /// <summary>What the map says of the frame of <paramref name="input"/>, and what the hardware does with an access to it.</summary>
    /// <param name="memory">Where the tables are.</param>
    /// <param name="root">The root table.</param>
    /// <param name="input">The guest-physical address.</param>
    public static XenP2mEntry Lookup<TMemory>(in TMemory memory, ulong root, Iova input)
        where TMemory : ITableMemory, allows ref struct
    {
        var walk = WalkEntries(memory, root, input, out var entry);
        var isWritten = walk.Status is WalkStatus.Leaf or WalkStatus.NotPresent && (walk.Entry & ~SuppressVe) != 0;
        return new XenP2mEntry
        {
            Type = isWritten ? TypeOf(walk.Entry) : XenP2mType.Invalid,
            Access = isWritten ? AccessOf(walk.Entry) : null,
            Recalculate = entry.Carried != 0,
            Mfn = walk.IsLeaf ? walk.Leaf.Pfn : null,
            Order = 9 * Math.Min(walk.Level, 3),
            HardwareStatus = EptL4.Walk(memory, root, input).Status,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static partial void DecodeEntry(int level, int slot, ulong raw, ref HatchedEntry entry)
    {
        entry.Carried |= raw & Recalculated;
        if (level == 3 || (level != 0 && (raw & Large) == 0)) return;
        // Access may forbid everything: no bit is set then, and the frame is there all the same.
        if ((raw & ~SuppressVe) != 0 && XenP2m.HasFrame(TypeOf(raw))) entry.SetLeaf(s_frame.Of(raw) << 12, XenP2m.DerivePermissions(TypeOf(raw), AccessOf(raw)));
        else entry.End(WalkStatus.NotPresent);
    }
}
