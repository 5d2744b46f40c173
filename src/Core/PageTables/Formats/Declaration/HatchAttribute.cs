namespace Fast.PageTables;

/// <summary>
/// The entries of this format need more than facts: an address field that depends on another field, a validity rule of its own for each level, a meaning
/// that software gave to entries which are not present. The emitted walk decodes each entry by the declaration and then hands it to the struct's own
/// <c>DecodeEntry</c>, which changes what is irregular. Such a format can be walked only: <see cref="Operations.Walk"/>.
/// </summary>
/// <remarks>
/// The emitted part declares the method, so forgetting it is a compile error:
/// <code>private static partial void DecodeEntry(int level, int slot, ulong raw, ref HatchedEntry entry);</code>
/// <c>level</c> and <c>slot</c> are constants where it is called: mark it for aggressive inlining and tests of them vanish. A slot other than 0 exists only with
/// <see cref="BigTableAttribute"/>. The emitted part also has <c>WalkEntries</c>, a walk that returns the last <see cref="HatchedEntry"/> too, for the
/// struct's own methods.
/// </remarks>
/// <example>
/// <code>
/// [PageTableFormat("odd", Operations = Operations.Walk), Hatch]
/// [Level(0, Shift = 12, Bits = 9), Level(1, Shift = 21, Bits = 9, CanTable = true)]
/// [Present(AnyOf = 3), Address(51, 12), Perm(Right.Read, ImpliedByPresent = true)]
/// public partial struct Odd
/// {
///     private static partial void DecodeEntry(int level, int slot, ulong raw, ref HatchedEntry entry)
///     {
///         // Marked by the hypervisor although the hardware takes it for present.
///         if (entry.Kind == EntryKind.Leaf &amp;&amp; raw >> 62 == 3) entry.End(WalkStatus.NotPresent);
///     }
/// }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class HatchAttribute : Attribute;

/// <summary>
/// Entries of level 1 are pairs of words that point to two last tables at once: word and slot 0 to this one, of larger pages, and word and slot 1 to the table of
/// level 0 (NVIDIA's PDE0). Both tables are level 0. The big one is asked first; what it says is final unless it says
/// <see cref="WalkStatus.NotPresent"/>: then the small one decides. A leaf at level 1 stands in slot 0. Needs <see cref="HatchAttribute"/>.
/// </summary>
/// <example><c>[BigTable(Name = "BigPte", Shift = 16, Bits = 5)]</c></example>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class BigTableAttribute : Attribute
{
    /// <summary>The manual's name for an entry, used in emitted names.</summary>
    public string? Name { get; set; }

    /// <summary>Number of input-address bits below the index: log2 of the larger page's size.</summary>
    public int Shift { get; set; }

    /// <summary>Width of the index in bits; with <see cref="Shift"/> it ends where level 1 begins.</summary>
    public int Bits { get; set; }
}
