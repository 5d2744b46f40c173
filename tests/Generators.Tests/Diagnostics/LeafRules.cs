namespace Fast.Generators.Tests.Diagnostics;

/// <summary>Wrong declarations of leaves, of what is empty, and of what a bit may be: what is changed in a good one, and what must be said of it.</summary>
internal static class LeafRules
{
    private const string Values = "[TableValue(0x3)]";

    public static IEnumerable<(string Id, string Name, string Old, string Changed, string What, string Remedy)> All { get; } =
    [
        ("FAST005", "a leaf bit in the address", "LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]", "LeafWhenMask = 1 << 22, LeafWhenValue = 1 << 22)]", "[Address] and LeafWhen both claim bit 22", "correct one of them"),
        ("FAST005", "a software bit that is a right", Values, "[SoftwareBits(EntryKinds.Leaf, 2)]\n" + Values, "[Perm(Right.Write)] and [SoftwareBits] both claim bit 1 of a level 0 leaf", "correct one of them"),
        ("FAST005", "a software bit in a table's address", Values, "[SoftwareBits(EntryKinds.Table, 1 << 13)]\n" + Values, "[Address] and [SoftwareBits] both claim bit 13 of a level 1 table", "correct one of them"),
        ("FAST005", "an ignored bit that must be zero", Values, "[MustBeZero(1, EntryKinds.Table, 1 << 9), Ignored(EntryKinds.Table, 1 << 9)]\n" + Values, "[MustBeZero] and [Ignored] both claim bit 9 of a level 1 table", "correct one of them"),
        ("FAST005", "a bit of a table's address that must be zero", Values, "[MustBeZero(1, EntryKinds.Table, 1 << 20)]\n" + Values, "[Address] and [MustBeZero] both claim bit 20 of a level 1 table", "correct one of them"),

        ("FAST006", "an accessed bit beyond the entry", "Accessed(5)", "Accessed(69)", "[Accessed] is bit 69", "bits 0 to 63"),
        ("FAST006", "a dirty bit below the entry", "Dirty(6)", "Dirty(-1)", "[Dirty] is bit -1", "bits 0 to 63"),
        ("FAST006", "a modifier beyond the entry", "Dirty(6)", "Dirty(6, ModifierBit = 64)", "[Dirty] ModifierBit is bit 64", "bits 0 to 63"),
        ("FAST006", "a saved bit beyond the entry", "Dirty(6)", "Dirty(6, SavedBit = 99)", "[Dirty] SavedBit is bit 99", "bits 0 to 63"),
        ("FAST006", "a field the wrong way round", Values, "[Field(\"F\", 50, 52)]\n" + Values, "[Field(\"F\")] is bits 50..52", "the highest stands first"),
        ("FAST006", "a field beyond the entry", Values, "[Field(\"F\", 64, 60)]\n" + Values, "[Field(\"F\")] is bits 64..60", "bits 0 to 63"),
        ("FAST006", "a next level beyond the entry", Values, "[NextLevel(66, 64)]\n" + Values, "[NextLevel] is bits 66..64", "bits 0 to 63"),
        ("FAST006", "an exception beyond the entry", "Right.Write, Bit = 1,", "Right.Write, Bit = 1, UnlessBit = 70,", "[Perm(Right.Write)] UnlessBit is bit 70", "bits 0 to 63"),

        ("FAST007", "a table that is refused", Values, "[Forbidden(3, 3, WalkStatus.Reserved, Kind = EntryKinds.Table)]\n" + Values, "reads as a combination that [Forbidden(0x3, 0x3)] refuses", "must be present and no leaf"),

        ("FAST013", "presence that is a clear bit", "[Present(Mask = 1, Value = 1)]", "[Present(Mask = 1, Value = 0)]", "an entry of 0, what empty tables hold, is present", "ask for a bit that is set"),
        ("FAST013", "presence without a test", "[Present(Mask = 1, Value = 1)]", "[Present]", "[Present(Mask = 0x0, Value = 0x0)]", "by Mask and Value or by AnyOf"),

        ("FAST014", "a leaf value with a reserved bit", Values, "[LeafValue(1 << 13, FromLevel = 2)]\n" + Values, "at level 2, 0x2083, reads as an entry with a bit that must be zero", "correct [LeafValue]"),
        ("FAST014", "a leaf value with an address", Values, "[LeafValue(1 << 20, ToLevel = 0)]\n" + Values, "at level 0, 0x100003, reads as one with bits of the address field", "correct [LeafValue]"),
        ("FAST014", "a leaf value that is none", "LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]", "CanLeaf = true, LeafWhenMask = 0x300, LeafWhenValue = 0x100)]\n[LeafValue(0x200, FromLevel = 1, ToLevel = 1)]", "at level 1, 0x303, reads as no leaf", "correct [LeafValue] or LeafWhenValue"),

        ("FAST015", "a right that ends below a level of leaves", "Right.Write, Bit = 1,", "Right.Write, Bit = 1, ToLevel = 1,", "a leaf at level 2 has no bit for Right.Write", "to ToLevel = 2"),
        ("FAST015", "a right that begins above one", "Right.Write, Bit = 1,", "Right.Write, Bit = 1, FromLevel = 1,", "a leaf at level 0 has no bit for Right.Write", "from FromLevel = 0"),

        ("FAST018", "leaves larger than the output", "OaBitsMax = 46)", "OaBitsMax = 30)", "level 2 has leaves of 2^30 bytes, more than OaBitsMax = 30 addresses", "raise OaBitsMax"),
        ("FAST018", "runs larger than the output", "OaBitsMax = 46)]", "OaBitsMax = 37), Contiguity(2, ContiguityKind.HintBit, Flag = 1UL << 55, MinLg2 = 4, MaxLg2 = 8)]", "level 2 has leaves of 2^38 bytes by [Contiguity]", "lower MaxLg2"),
        ("FAST018", "an exception that is no size", Values, "[Contiguity(0, ContiguityKind.HintBit, Flag = 1UL << 55, MinLg2 = 4, MaxLg2 = 4, ExceptShift = 15)]\n" + Values, "level 0 excepts leaves of 2^15 bytes, which it does not have", "its sizes are 2^12 and 2^16 to 2^16"),
        ("FAST018", "runs at a level without leaves", ", LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7, Requires = \"big\")]", ")]\n[Contiguity(2, ContiguityKind.HintBit, Flag = 1UL << 55, MinLg2 = 4, MaxLg2 = 4)]", "level 2 has [Contiguity] but no leaves", "remove it"),
    ];
}
