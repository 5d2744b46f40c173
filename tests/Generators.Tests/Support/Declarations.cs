namespace Fast.Generators.Tests;

/// <summary>Declarations to begin with.</summary>
internal static class Declarations
{
    public const string Body = """
        [PageTableFormat("mine", IaBits = 39, OaBitsMax = 46)]
        [Feature("big")]
        [Level(0, Name = "Low", Shift = 12, Bits = 9)]
        [Level(1, Name = "Mid", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
        [Level(2, Name = "High", Shift = 30, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7, Requires = "big")]
        [Present(Mask = 1, Value = 1)]
        [Address(45, 12)]
        [Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
        [Accessed(5), Dirty(6)]
        [MustBeZero(2, EntryKinds.Leaf, 0x3FFFF000)]
        [TableValue(0x3)]
        """;

    public const string Format = "using Fast.PageTables;\nnamespace Consumer;\n" + Body + "\npublic partial struct Mine;\n";

    /// <summary>The same with entries of 4 bytes.</summary>
    public static readonly string Narrow = Format.Replace("OaBitsMax = 46", "OaBitsMax = 32, EntryBytes = 4", StringComparison.Ordinal).Replace("[Address(45, 12)]", "[Address(31, 12)]", StringComparison.Ordinal);

    public const string Pair = "using Fast.PageTables;\nnamespace Consumer;\n[BatchPin(typeof(Mine), typeof(VtdSs4))]\npublic partial struct MineToVtd;\n";

    public const string Stages = "using Fast.PageTables;\nnamespace Consumer;\n[TwoStage(typeof(Mine), typeof(EptL4))]\npublic partial struct MineOverEpt;\n";

    /// <summary>A format that differs from the good one in one place.</summary>
    public static string With(string old, string changed) =>
        Format.Contains(old, StringComparison.Ordinal) ? Format.Replace(old, changed, StringComparison.Ordinal) : throw new ArgumentException($"no '{old}' in the declaration", nameof(old));
}
