using Fast.Generators.Diagnostics;
using Fast.Generators.Model;
using Microsoft.CodeAnalysis.CSharp;

namespace Fast.Generators.Parsing;

/// <summary>Names of levels become names of methods and locals, so they must be such.</summary>
internal static class NameChecks
{
    /// <summary>What the contracts demand: a type may not be called as its member.</summary>
    private static readonly HashSet<string> Members = new(StringComparer.Ordinal)
    {
        "DecodeByLevel", "DecodeEntry", "Facts", "FindLastTable", "Follow", "GrowRoot", "MapRange", "ReadRuns", "Translate", "TranslateBatch", "TranslateInLastTable", "TryDecodeLeaf", "TryEncodeLeaf", "Visit", "Walk", "WalkEntries", "WidestScan",
    };

    /// <summary>Locals and parameters of the emitted methods.</summary>
    private static readonly HashSet<string> Taken = new(StringComparer.Ordinal)
    {
        "address", "allow", "arena", "bits", "body", "child", "complete", "count", "deny", "end", "entry", "first", "found", "free", "full", "group", "i", "ia", "index", "input", "inputs",
        "item", "itemLast", "items", "items0", "largeLeaves", "last", "lastIndex", "leaf", "leaves", "lg2", "link", "memory", "more", "next", "none", "output", "outputs", "permissions", "pfn",
        "request", "root", "start", "status", "stopped", "stoppedAt", "table", "tableInput", "tables", "word", "writer",
    };

    /// <summary>Those of them that only formats with a growing root have.</summary>
    private static readonly HashSet<string> TakenByGrowth = new(StringComparer.Ordinal) { "at", "old", "reach", "top" };

    /// <summary>Those of them that only formats with a hatch have.</summary>
    private static readonly HashSet<string> TakenByHatch = new(StringComparer.Ordinal) { "at", "byLevel", "hatched", "high", "low", "pair" };

    public static IEnumerable<DiagnosticInfo> Run(FormatSpec spec, LocationInfo? place)
    {
        DiagnosticInfo Bad(LevelSpec level, string remedy) =>
            DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, $"[Level({level.Level})] Name", $"'{level.Name}'", remedy);

        if (Members.Contains(spec.Type.Name))
            yield return DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, "the type's name", $"'{spec.Type.Name}'", "its emitted part has a member of that name: choose another");

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var level in spec.Hatch?.Big is { } big ? spec.Levels.Concat([big]) : spec.Levels)
        {
            if (level.Name.Length == 0 || level.Name[0] is < 'A' or > 'Z' || !level.Name.All(character => character < 128 && char.IsLetterOrDigit(character)))
                yield return Bad(level, "use letters and digits, a capital first");
            else if (!seen.Add(level.Name))
                yield return Bad(level, "another level has that name already: give each its own");
            else if (Taken.Contains(Local(level.Name)) || (spec.DynamicTop && TakenByGrowth.Contains(Local(level.Name)))
                || (spec.Hatch != null && TakenByHatch.Contains(Local(level.Name))) || SyntaxFacts.GetKeywordKind(Local(level.Name)) != SyntaxKind.None)
                yield return Bad(level, "emitted code uses that word itself: choose another");
        }
    }

    private static string Local(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);
}
