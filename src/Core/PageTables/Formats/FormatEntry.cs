namespace Fast.PageTables;

/// <summary>A declared format in the list that is emitted for its assembly: see <see cref="FormatRegistryAttribute"/>.</summary>
/// <param name="Facts">The declaration as a value.</param>
/// <param name="TypeName">Full name of the struct that declares it, containing types separated by dots; also the name of its emitted file, without <c>.g.cs</c>.</param>
/// <param name="Operations">What is emitted for it.</param>
/// <param name="Fingerprint">Sixteen hexadecimal digits that differ when any fact does: the fingerprint in the head of the emitted file.</param>
public sealed record FormatEntry(FormatFacts Facts, string TypeName, Operations Operations, string Fingerprint)
{
    /// <summary>The id.</summary>
    public string Name => Facts.Name;
}
