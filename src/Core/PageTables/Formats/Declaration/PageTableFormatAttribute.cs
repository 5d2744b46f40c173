namespace Fast.PageTables;

/// <summary>
/// Declares a page-table format on a <see langword="partial"/> struct: facts only. The generator emits the code that reads and writes such
/// tables; <c>docs/emitted-code.md</c> shows what it looks like.
/// </summary>
/// <param name="name">The id by which tools name the format, for example <c>x86-64-4l</c>.</param>
/// <example>
/// <code>
/// [PageTableFormat("two-levels", IaBits = 30, OaBitsMax = 52)]
/// [Level(0, Shift = 12, Bits = 9), Level(1, Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 0x80, LeafWhenValue = 0x80)]
/// [Present(AnyOf = 3)]
/// [Address(51, 12)]
/// [Perm(Right.Read, Bit = 0, Combine = Combine.AndDown), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
/// [TableValue(0x3)]
/// public partial struct TwoLevels;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class PageTableFormatAttribute(string name) : Attribute
{
    /// <summary>The id.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// Bytes of one entry: 8, or 4. Narrow entries have bits 0 to 31; all masks of the declaration are written as if they were widened with zeros. Stretches of
    /// them are scanned one by one, and they cannot have a <see cref="HatchAttribute"/>.
    /// </summary>
    public int EntryBytes { get; set; } = 8;

    /// <summary>log2 of the smallest leaf: 12 for 4 KiB. Equals <c>Shift</c> of level 0.</summary>
    public int Granule { get; set; } = 12;

    /// <summary>How the input-address bits above <see cref="IaBits"/> must look.</summary>
    public IaRule IaRule { get; set; } = IaRule.ZeroExtend;

    /// <summary>Width of the input address in bits. Default: the top level's shift plus its index bits.</summary>
    public int IaBits { get; set; }

    /// <summary>Widest output address that the entry can hold, in bits.</summary>
    public int OaBitsMax { get; set; } = 52;

    /// <summary>
    /// Whether the root may stand at a lower level and grow (AMD IOMMU): the root word then carries its level in its low bits, so that a reader never
    /// sees one without the other.
    /// </summary>
    public bool DynamicTop { get; set; }

    /// <summary>Level of the root of a new table with <see cref="DynamicTop"/>.</summary>
    public int FirstTop { get; set; }

    /// <summary>What a walk reports for an entry that is neither leaf nor table at its level.</summary>
    public WalkStatus KindFault { get; set; } = WalkStatus.Reserved;

    /// <summary>What a walk reports for a bit that must be zero.</summary>
    public WalkStatus ReservedFault { get; set; } = WalkStatus.Reserved;

    /// <summary>Which operations to emit. Operations that are not emitted do not exist: their use is a compile error.</summary>
    public Operations Operations { get; set; } = Operations.All;
}
