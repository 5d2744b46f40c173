using System.Globalization;
using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Fast.PageTables.Tests.Hatch.Mutation;

/// <summary>A declaration with one constant changed.</summary>
/// <param name="Name">Line and change.</param>
/// <param name="Text">The whole file.</param>
internal sealed record Mutant(string Name, string Text);

/// <summary>Every number, switch and named value of a declaration file, changed one at a time.</summary>
internal static class Mutants
{
    private static readonly Dictionary<string, string[]> s_values = new()
    {
        ["EntryKind"] = Enum.GetNames<EntryKind>(),
        ["EntryKinds"] = ["Leaf", "Table", "Any"],
        ["NvidiaAperture"] = Enum.GetNames<NvidiaAperture>(),
        ["Permissions"] = ["None", "Read", "Write", "Execute", "ReadWrite"],
        ["Polarity"] = Enum.GetNames<Polarity>(),
        ["Right"] = ["Read", "Write", "User"],
        ["WalkStatus"] = ["NotPresent", "Sparse", "NoSmallPages", "Reserved"],
        ["XenP2mAccess"] = Enum.GetNames<XenP2mAccess>(),
        ["XenP2mType"] = Enum.GetNames<XenP2mType>(),
    };

    public static IEnumerable<Mutant> Of(string source)
    {
        var root = CSharpSyntaxTree.ParseText(source).GetCompilationUnitRoot();
        foreach (var token in root.DescendantTokens())
        {
            foreach (var other in Others(token))
            {
                var line = token.GetLocation().GetLineSpan().StartLinePosition.Line;
                var text = SourceText.From(source);
                yield return new Mutant($"{text.Lines[line].ToString().Trim()}: {token.Parent!.Parent} with {other} for {token.Text}", text.Replace(token.Span, other).ToString());
            }
        }
    }

    private static IEnumerable<string> Others(SyntaxToken token)
    {
        if (token.IsKind(SyntaxKind.NumericLiteralToken)) return Numbers(Convert.ToUInt64(token.Value, CultureInfo.InvariantCulture));
        if (token.IsKind(SyntaxKind.TrueKeyword)) return ["false"];
        if (token.IsKind(SyntaxKind.FalseKeyword)) return ["true"];
        if (token.Parent is IdentifierNameSyntax { Parent: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax type } access } name && access.Name == name
            && s_values.TryGetValue(type.Identifier.ValueText, out var values))
        {
            // The next value and the one after: two are enough to tell whether it counts.
            var at = Array.IndexOf(values, token.ValueText);
            return values.Length == 2 ? [values[1 - at]] : [values[(at + 1) % values.Length], values[(at + 2) % values.Length]];
        }

        return [];
    }

    private static IEnumerable<string> Numbers(ulong value)
    {
        string Text(ulong other) => "0x" + other.ToString("X", CultureInfo.InvariantCulture);
        if (value < 256)
        {
            yield return Text(value + 1);
            if (value > 0) yield return Text(value - 1);
            yield break;
        }

        // A mask: one bit less and one more at each end.
        var (lowest, highest) = (BitOperations.TrailingZeroCount(value), 63 - BitOperations.LeadingZeroCount(value));
        yield return Text(value & ~(1UL << lowest));
        yield return Text(value & ~(1UL << highest));
        if (lowest > 0) yield return Text(value | (1UL << (lowest - 1)));
        if (highest < 63) yield return Text(value | (1UL << (highest + 1)));
    }
}
