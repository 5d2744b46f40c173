using System.Text.RegularExpressions;

namespace Fast.PageTables.Tests.Formats;

/// <summary>docs/adding-a-format.md holds: a format is one declaration file and the rows of one vectors file.</summary>
public sealed partial class AddingAFormatTests
{
    private const string Page = "docs/adding-a-format.md";

    /// <summary>Offers that use formats; no format needs one.</summary>
    private static readonly string[] Offers = ["Pairs.cs", "Stages.cs", "IommuKinds.cs"];

    /// <summary>The format that the page shows.</summary>
    private const string Shown = nameof(EptL5);

    private static readonly string Text = Repository.Read("docs", "adding-a-format.md");

    private static readonly IReadOnlyList<(string Path, string Text)> Sources =
    [
        .. new[] { "src", "tests", "perf" }.SelectMany(folder => Directory.EnumerateFiles(Repository.At(folder), "*", SearchOption.AllDirectories))
            .Where(path => Path.GetExtension(path) is ".cs" or ".txt" or ".csproj" or ".props" or ".targets" or ".json" && !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Select(path => (Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'), File.ReadAllText(path))),
    ];

    private static IEnumerable<Type> Formats() => Declared.Library.Where(format => Declared.FactsOf(format) is { IsHatched: false });

    [TestCaseSource(nameof(Formats))]
    public void A_format_is_declared_in_one_file_and_has_its_vectors_in_one(Type format)
    {
        ArgumentNullException.ThrowIfNull(format);
        var name = Declared.FactsOf(format).Name;
        Assert.That(Sources.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal) && file.Text.Contains($"[PageTableFormat(\"{name}\"", StringComparison.Ordinal)).Select(file => file.Path),
            Is.EqualTo(new[] { DeclarationOf(format.Name) }));
        Assert.That(Declared.VectorFiles.Where(file => file.Value.Any(row => row.List(0).Contains(name))).Select(file => file.Key), Has.Exactly(1).Items, "vectors files");
    }

    [Test]
    public void The_library_names_no_format_but_where_it_is_declared_and_offered()
    {
        // Xen's tables are read by hardware as these, too.
        string[] xen = ["src/Core/PageTables/Formats/Xen/XenP2mEpt.cs", "src/Core/PageTables/Formats/Xen/XenP2mNpt.cs"];
        var names = Formats().Select(format => format.Name).ToHashSet();
        var wrong = Sources.Where(file => file.Path.StartsWith("src/Core/PageTables", StringComparison.Ordinal) || file.Path.StartsWith("src/Generators/", StringComparison.Ordinal))
            .Where(file => !Offers.Contains(Path.GetFileName(file.Path)) && !xen.Contains(file.Path))
            .SelectMany(file => Word().Matches(Remark().Replace(file.Text, "")).Select(word => word.Value).Distinct().Where(names.Contains)
                .Where(name => file.Path != DeclarationOf(name)).Select(name => $"{file.Path} names {name}"));
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void The_format_on_the_page_stands_in_the_files_that_the_page_lists_and_nowhere_else()
    {
        var name = Declared.FactsOf(typeof(EptL5)).Name;
        var found = Sources.Where(file => Regex.IsMatch(file.Text, $@"\b({Shown}|{Regex.Escape(name)})(?![\w-])") && file.Path != "tests/PageTables.Tests/Formats/AddingAFormatTests.cs").Select(file => file.Path);
        Assert.That(found, Is.EquivalentTo(PathInCode().Matches(Text).Select(match => match.Groups[1].Value).Distinct()), $"files that name {name}, and paths on {Page}");
    }

    [Test]
    public void The_declaration_on_the_page_is_the_declaration()
    {
        var declared = Repository.Read(DeclarationOf(Shown).Split('/'));
        Assert.That(Block("csharp declaration"), Is.EqualTo(declared[declared.IndexOf("[PageTableFormat", StringComparison.Ordinal)..]));
    }

    [Test]
    public void The_rows_on_the_page_stand_in_the_vectors_file()
    {
        var lines = Declared.Vectors("ept").ReplaceLineEndings("\n").Split('\n');
        Assert.That(Block("text rows").TrimEnd('\n').Split('\n'), Has.Length.GreaterThan(3).And.SubsetOf(lines));
    }

    [Test]
    public void The_page_describes_every_kind_of_row()
    {
        var described = RowInTable().Matches(Text).Select(match => match.Groups[1].Value);
        Assert.That(described, Is.SupersetOf(Declared.VectorFiles.SelectMany(file => file.Value.Select(row => row.Kind)).Distinct()));
        Assert.That(described, Is.EquivalentTo(VectorFile.KindNames));
    }

    [Test]
    public void The_command_on_the_page_reaches_every_test_that_rewrites_a_snapshot()
    {
        var rewriting = Sources.Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal) && file.Text.Contains("Environment.GetEnvironmentVariable(Switch)", StringComparison.Ordinal) && !file.Path.EndsWith("AddingAFormatTests.cs", StringComparison.Ordinal));
        Assert.That(rewriting.Select(file => Path.GetFileNameWithoutExtension(file.Path)), Has.Exactly(2).Items.And.All.EndWith("SnapshotTests"));
        Assert.That(Text, Does.Contain("\nFAST_UPDATE_SNAPSHOTS=1 dotnet test Fast.sln -c Release --filter FullyQualifiedName~SnapshotTests\n"));
    }

    private static string DeclarationOf(string type) => $"src/Core/PageTables/Formats/Hardware/{type}.cs";

    private static string Block(string kind)
    {
        var start = Text.IndexOf($"```{kind}\n", StringComparison.Ordinal) + kind.Length + 4;
        return Text[start..Text.IndexOf("```", start, StringComparison.Ordinal)];
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    // Examples in documentation may name a format.
    [GeneratedRegex("//[^\n]*")]
    private static partial Regex Remark();

    [GeneratedRegex(@"`((?:src|tests|perf)/[\w./]+\.\w+)`")]
    private static partial Regex PathInCode();

    [GeneratedRegex(@"^\| `([\w-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex RowInTable();
}
