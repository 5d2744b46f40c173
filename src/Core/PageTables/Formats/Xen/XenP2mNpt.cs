using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Xen's physical-to-machine map in AMD nested page tables, as Xen itself reads it. Walk <see cref="NptL4"/> over the same tables for the hardware's view. The type
/// stands in bits that the hardware ignores; an entry whose type is to be computed anew has lost its U and A bits, so that the next access
/// faults. Accesses are not in the entries. Xen, <c>p2m-pt.c</c>.
/// </summary>
/// <remarks>As in <see cref="XenP2mEpt"/> a walk ends at a leaf where the type has a frame; elsewhere <see cref="Lookup"/> tells the type.</remarks>
[PageTableFormat("xen-p2m-npt", IaBits = 48, OaBitsMax = 52, Operations = Operations.Walk), Hatch]
[Level(0, Name = "Pte", Shift = 12, Bits = 9)]
[Level(1, Name = "Pmd", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "Pud", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(3, Name = "Pml4e", Shift = 39, Bits = 9, CanTable = true)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(51, 12)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FE000), MustBeZero(2, EntryKinds.Leaf, 0x3FFFE000)]
public partial struct XenP2mNpt
{
    private const ulong User = 1 << 2;
    private static readonly BitField s_type = new(58, 52);

    /// <summary>Type in an entry.</summary>
    public static XenP2mType TypeOf(ulong raw) => (XenP2mType)s_type.Of(raw);

    /// <summary>Whether an entry itself waits for its type to be computed anew: it is present but not for the user accesses that all nested ones are.</summary>
    public static bool NeedsRecalculation(ulong raw) => (raw & (User | 1)) == 1;

    /// <inheritdoc cref="XenP2mEpt.Lookup"/>
    public static XenP2mEntry Lookup<TMemory>(in TMemory memory, ulong root, Iova input)
        where TMemory : ITableMemory, allows ref struct
    {
        var walk = WalkEntries(memory, root, input, out var entry);
        var isWritten = walk.Status is WalkStatus.Leaf or WalkStatus.NotPresent && walk.Entry != 0;
        return new XenP2mEntry
        {
            Type = isWritten ? TypeOf(walk.Entry) : XenP2mType.Invalid,
            Access = null,
            Recalculate = entry.Carried != 0,
            Mfn = walk.IsLeaf ? walk.Leaf.Pfn : null,
            Order = 9 * Math.Min(walk.Level, 3),
            HardwareStatus = NptL4.Walk(memory, root, input).Status,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static partial void DecodeEntry(int level, int slot, ulong raw, ref HatchedEntry entry)
    {
        if (NeedsRecalculation(raw)) entry.Carried = raw;
        if (entry.Kind != EntryKind.Leaf) return;
        if (XenP2m.HasFrame(TypeOf(raw))) entry.Permissions = XenP2m.DerivePermissions(TypeOf(raw), XenP2mAccess.All);
        else entry.End(WalkStatus.NotPresent);
    }
}
