using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fast.Architecture.Tests;

/// <summary>What every file of the tree keeps to.</summary>
public sealed partial class HygieneTests
{
    private static readonly string[] Code = ["src", "tests", "perf", "lab"];

    [Test]
    public void No_file_has_more_than_400_lines() => Assert.That(
        Sources().Where(file => file.Text.AsSpan().Count('\n') > 400).Select(file => $"{file.Path}: {file.Text.AsSpan().Count('\n')}"), Is.Empty);

    [Test]
    public void No_type_is_called_by_a_word_that_says_nothing() => Assert.That(
        Sources().SelectMany(file => file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.ValueText)
            .Where(name => Empty().IsMatch(name)).Select(name => $"{file.Path}: {name}")),
        Is.Empty);

    [Test]
    public void Unsafe_code_has_two_addresses()
    {
        var wrong = Sources().Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal) && UsesUnsafe(file)
            && !file.Path.StartsWith("src/Core/PageTables/Tables/TableArena", StringComparison.Ordinal)
            && !file.Path.StartsWith("src/Core/Host/", StringComparison.Ordinal));
        Assert.That(wrong.Select(file => file.Path), Is.Empty);
    }

    [Test]
    public void Every_pointer_has_a_reason_near_it()
    {
        var wrong = new List<string>();
        foreach (var file in Sources().Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal) && UsesUnsafe(file)))
        {
            var lines = file.Text.Split('\n');
            foreach (var node in file.Syntax.DescendantNodes().Where(IsPointerUse))
            {
                var line = node.GetLocation().GetLineSpan().StartLinePosition.Line;
                var reason = Enumerable.Range(Math.Max(0, line - 6), Math.Min(7, line + 1)).Any(near => lines[near].Contains("// SAFETY:", StringComparison.Ordinal));
                if (!reason) wrong.Add($"{file.Path}:{line + 1}: {lines[line].Trim()}");
            }
        }

        Assert.That(string.Join('\n', wrong.Distinct()), Is.Empty);
    }

    [Test]
    public void No_file_names_a_place_on_somebodys_machine() => Assert.That(
        SourceFile.Under("", ".cs", ".csproj", ".props", ".targets", ".md", ".json", ".txt", ".yml", ".sh", ".sln", ".editorconfig")
            .SelectMany(file => file.Text.Split('\n').Where(line => AbsolutePath().IsMatch(line)).Select(line => $"{file.Path}: {line.Trim()}")),
        Is.Empty);

    [Test]
    public void Every_file_ends_with_one_line_feed_and_has_no_carriage_return() => Assert.That(
        Sources().Where(file => file.Text.Contains('\r', StringComparison.Ordinal) || !file.Text.EndsWith('\n') || file.Text.EndsWith("\n\n", StringComparison.Ordinal)).Select(file => file.Path), Is.Empty);

    [Test]
    public void Every_project_is_called_as_its_assembly() => Assert.That(
        Code.SelectMany(folder => SourceFile.Under(folder, ".csproj"))
            .Where(file => !file.Name.StartsWith("Fast.", StringComparison.Ordinal) && !IsStory(file)).Select(file => file.Path), Is.Empty);

    // An embedding story is one file in a folder of its own name.
    private static bool IsStory(SourceFile file) =>
        file.Path.StartsWith("src/Samples/", StringComparison.Ordinal) && file.Path == $"src/Samples/{Path.GetFileNameWithoutExtension(file.Name)}/{file.Name}";

    private static IEnumerable<SourceFile> Sources() =>
        Code.SelectMany(folder => SourceFile.Under(folder, ".cs")).Where(file => !file.Name.EndsWith(".g.cs", StringComparison.Ordinal));

    private static bool UsesUnsafe(SourceFile file) => file.Syntax.DescendantTokens().Any(token => token.IsKind(SyntaxKind.UnsafeKeyword));

    /// <summary>Where memory is reached through a pointer or a call that needs one; types of fields and parameters do nothing.</summary>
    private static bool IsPointerUse(SyntaxNode node) => node switch
    {
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PointerIndirectionExpression } => true,
        MemberAccessExpressionSyntax { RawKind: (int)SyntaxKind.PointerMemberAccessExpression } => true,
        CastExpressionSyntax { Type: PointerTypeSyntax } => true,
        StackAllocArrayCreationExpressionSyntax stack => stack.Parent?.Parent is VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Type: PointerTypeSyntax } },
        FixedStatementSyntax => true,
        _ => false,
    };

    [GeneratedRegex("(Utils?|Utilities|Manager|Helpers?|Base)$")]
    private static partial Regex Empty();

    // A rooted path of a person or a build, not a place that every Linux has.
    [GeneratedRegex("""(^|[\s"'(=])(/(home|root|Users|work|workspace|tmp|mnt)/[\w.]+|[A-Za-z]:\\[\w.]+)""")]
    private static partial Regex AbsolutePath();
}
