using Fast.PageTables;

namespace InventedMmu;

/// <summary>
/// The MMU of a display controller that nobody built. Three levels of odd widths, 6 + 4 + 9 index bits over pages of 4 KiB: 31-bit addresses in, 34-bit
/// addresses out. Entries have 4 bytes. Bit 1 is inverted: set, on any level, it takes the right to write away.
/// </summary>
[PageTableFormat("quill-31", EntryBytes = 4, OaBitsMax = 34)]
[Level(0, Name = "Sheet", Shift = 12, Bits = 9)]
[Level(1, Name = "Quire", Shift = 21, Bits = 4, CanTable = true, LeafWhenMask = 1 << 3, LeafWhenValue = 1 << 3)]
[Level(2, Name = "Book", Shift = 25, Bits = 6, CanTable = true)]
[Present(Mask = 1 << 0, Value = 1 << 0)]
[Address(29, 8, AddressLo = 12)]
[Perm(Right.Read, ImpliedByPresent = true)]
[Perm(Right.Write, Bit = 1, Polarity = Polarity.Deny, Combine = Combine.OrDown)]
[Perm(Right.Execute, Bit = 2)]
[Accessed(4), Dirty(5)]
[Field("Cache", 31, 30)]
[SoftwareBits(EntryKinds.Any, 0xC0)]
[MustBeZero(0, EntryKinds.Leaf, 1 << 3)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF00), MustBeZero(1, EntryKinds.Table, 0xC0000034)]
[MustBeZero(2, EntryKinds.Table, 0xC000003C)]
[TableValue(0x1)]
public partial struct Quill31;
