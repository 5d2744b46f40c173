using Fast.Generators.Model;
using Microsoft.CodeAnalysis.CSharp;

namespace Fast.Generators.Parsing;

/// <summary>Where the list of a compilation's formats stands and what it is called.</summary>
internal static class RegistryParser
{
    /// <summary>The registry, or <see langword="null"/> when there is no format to list.</summary>
    /// <param name="entries">The formats.</param>
    /// <param name="rootNamespace">The project's root namespace; it may be anything.</param>
    /// <param name="chosen">The name that an attribute of the assembly chooses, or <see langword="null"/>.</param>
    public static RegistrySpec? Of(IEnumerable<RegistryEntrySpec> entries, string rootNamespace, string? chosen)
    {
        var sorted = entries.OrderBy(entry => entry.Format, StringComparer.Ordinal).ThenBy(entry => entry.FullName, StringComparer.Ordinal).ToList();
        if (sorted.Count == 0) return null;
        // Without a root namespace the list stands beside the first format.
        var path = rootNamespace.Length != 0 ? rootNamespace : sorted[0].Namespace;
        var parts = path.Split(['.'], StringSplitOptions.RemoveEmptyEntries).Select(Identifier).ToList();
        var name = chosen is { Length: not 0 } ? Identifier(chosen) : parts.Count != 0 ? parts[parts.Count - 1].TrimStart('@') : "Declared";
        return new RegistrySpec(string.Join(".", parts), name + "Formats", EquatableArray<RegistryEntrySpec>.From(sorted));
    }

    private static string Identifier(string text)
    {
        var letters = new string(text.Select(character => SyntaxFacts.IsIdentifierPartCharacter(character) ? character : '_').ToArray());
        if (!SyntaxFacts.IsIdentifierStartCharacter(letters[0])) letters = "_" + letters;
        return SyntaxFacts.GetKeywordKind(letters) == SyntaxKind.None ? letters : "@" + letters;
    }
}
