namespace Fast.PageTables;

/// <summary>
/// Names the list of an assembly's formats, which is emitted wherever an assembly declares some: the static class <c>NameFormats</c> in the project's
/// root namespace, whose <c>All</c> holds a <see cref="FormatEntry"/> for each format, ordered by name. Without this attribute the name is the last part of
/// the root namespace. Formats that are private to a type are not in the list.
/// </summary>
/// <example><c>[assembly: FormatRegistry("Hardware")]</c> gives <c>HardwareFormats.All</c>.</example>
/// <param name="name">The class's name without <c>Formats</c> at its end.</param>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class FormatRegistryAttribute(string name) : Attribute
{
    /// <summary>The class's name without <c>Formats</c> at its end.</summary>
    public string Name { get; } = name;
}
