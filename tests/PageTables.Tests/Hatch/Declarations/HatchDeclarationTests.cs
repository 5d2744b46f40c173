using Fast.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fast.PageTables.Tests.Hatch.Declarations;

/// <summary>What compiler and generator say of declarations with a hatch.</summary>
public sealed class HatchDeclarationTests
{
    private const string Good = """
        using Fast.PageTables;
        namespace Consumer;
        [PageTableFormat("odd", Operations = Operations.Walk), Hatch]
        [Level(0, Name = "Small", Shift = 12, Bits = 9)]
        [BigTable(Name = "Big", Shift = 16, Bits = 5)]
        [Level(1, Name = "Mid", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
        [Level(2, Name = "Upper", Shift = 30, Bits = 9, CanTable = true)]
        [Present(Mask = 1, Value = 1), Address(51, 12), Perm(Right.Read, ImpliedByPresent = true)]
        [MustBeZero(0, EntryKinds.Leaf, 1 << 8), MustBeZero(1, EntryKinds.Any, 1 << 9), MustBeZero(2, EntryKinds.Table, 1 << 10)]
        public partial struct Odd
        {
            private static partial void DecodeEntry(int level, int slot, ulong raw, ref HatchedEntry entry) { }
        }

        """;

    private static readonly CSharpParseOptions s_parsing = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose);

    private static IEnumerable<TestCaseData> Wrong() =>
    [
        new("DecodeEntry(int level, int slot, ulong raw, ref HatchedEntry entry) { }", "Decode() { }", "CS8795"),
        new(", Hatch]", "]", "without [Hatch]; add [Hatch]"),
        new(", Operations = Operations.Walk", "", "Operations = Operations.Walk"),
        new(", Operations = Operations.Walk", ", Operations = Operations.Walk, DynamicTop = true", "fixed root"),
        new("[Present", "[NextLevel(61, 59)]\n[Present", "next lower level"),
        new("[Present", "[Contiguity(0, ContiguityKind.HintBit, Flag = 1UL << 52, MinLg2 = 4, MaxLg2 = 4)]\n[Present", "a leaf is one item"),
        new("[Present", "[Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]\n[Present", "HatchedEntry.Carried"),
        new("[Present", "[TableRestrict(Right.Write, 61)]\n[Present", "HatchedEntry.Carried"),
        new("Shift = 16, Bits = 5", "Shift = 16, Bits = 4", "ends where level 1 begins, at bit 21"),
        new("Shift = 16, Bits = 5", "Shift = 12, Bits = 9", "lies above the granule, 12"),
        new("Name = \"Big\"", "Name = \"Small\"", "another level has that name"),
        new("Name = \"Big\"", "Name = \"hatched\"", "a capital first"),
        new("Name = \"Big\"", "Name = \"Hatched\"", "emitted code uses that word"),
        new("Name = \"Mid\"", "Name = \"At\"", "emitted code uses that word"),
        new("struct Odd", "struct WalkEntries", "a member of that name"),
    ];

    [Test]
    public void A_declaration_with_a_hatch_compiles_without_a_word() => Assert.That(Complaints(Good), Is.Empty);

    [Test]
    public void A_hatch_needs_neither_permissions_nor_table_values() => Assert.That(Complaints(Good.Replace(", Perm(Right.Read, ImpliedByPresent = true)", "", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void A_hatch_without_dual_entries_may_have_one_level() => Assert.That(Complaints("""
        using Fast.PageTables;
        [PageTableFormat("one", Operations = Operations.Walk), Hatch]
        [Level(0, Shift = 12, Bits = 9), Present(Mask = 1, Value = 1), Address(51, 12)]
        public partial struct One
        {
            private static partial void DecodeEntry(int level, int slot, ulong raw, ref HatchedEntry entry) => entry.Carried++;
        }
        """), Is.Empty);

    [Test]
    public void Big_tables_need_a_level_that_points_to_them() => Assert.That(Complaints("""
        using Fast.PageTables;
        [PageTableFormat("one", Operations = Operations.Walk), Hatch]
        [Level(0, Shift = 12, Bits = 9), BigTable(Shift = 16, Bits = 5), Present(Mask = 1, Value = 1), Address(51, 12)]
        public partial struct One;
        """), Has.Some.Contains("declare [Level(1)]"));

    [TestCaseSource(nameof(Wrong))]
    public void A_wrong_declaration_says_what_to_do(string old, string changed, string expected)
    {
        Assert.That(Good.Contains(old, StringComparison.Ordinal), $"'{old}' is in the declaration");
        Assert.That(Complaints(Good.Replace(old, changed, StringComparison.Ordinal)), Has.Some.Contains(expected));
    }

    [Test]
    public void The_hatch_changes_the_fingerprint()
    {
        var (with, without) = (Emitted(Good), Emitted(Good.Replace("Shift = 16, Bits = 5", "Shift = 17, Bits = 4", StringComparison.Ordinal)));
        Assert.That(Line(with, "fingerprint"), Is.Not.EqualTo(Line(without, "fingerprint")));
        Assert.That(Line(with, "it decides first"), Does.Contain("64 KiB").And.Contain("dual Mid"));

        static string Line(string text, string word) => text.Split('\n').Single(line => line.StartsWith("//", StringComparison.Ordinal) && line.Contains(word, StringComparison.Ordinal));
    }

    /// <summary>Reserved bits are looked at where they are declared: of each kind of entry, on both sides of a dual one.</summary>
    [Test]
    public void Declared_reserved_bits_are_looked_at()
    {
        var walk = Emitted(Good).Split("public static bool Follow")[0];
        Assert.That(walk.Split("WalkStatus.Reserved, 0, small").Length, Is.EqualTo(2));
        Assert.That(walk.Split("WalkStatus.Reserved, 0, big").Length, Is.EqualTo(2));
        Assert.That(walk.Split("WalkStatus.Reserved, 1, low").Length, Is.EqualTo(3), "as a leaf and as a table");
        Assert.That(walk.Split("WalkStatus.Reserved, 1, high").Length, Is.EqualTo(2));
        Assert.That(walk.Split("WalkStatus.Reserved, 2, upper").Length, Is.EqualTo(2));
        Assert.That(Emitted(Good).Split("public static bool Follow")[1], Does.Not.Contain("WalkStatus.Reserved"));
    }

    private static string Emitted(string source) => Run(source, out _).SyntaxTrees.Single(tree => tree.FilePath.EndsWith("Odd.g.cs", StringComparison.Ordinal)).ToString();

    private static IEnumerable<string> Complaints(string source)
    {
        var compilation = Run(source, out var reported);
        return reported.Concat(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id != "CS1591")).Select(diagnostic => diagnostic.ToString());
    }

    private static Compilation Run(string source, out IReadOnlyList<Diagnostic> reported)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)).Append(typeof(Iova).Assembly.Location);
        var compilation = CSharpCompilation.Create(
            "Consumer",
            [CSharpSyntaxTree.ParseText(source, s_parsing, path: "Source.cs")],
            references.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999));
        CSharpGeneratorDriver.Create([new FormatGenerator().AsSourceGenerator()], parseOptions: s_parsing).RunGeneratorsAndUpdateCompilation(compilation, out var whole, out var diagnostics);
        reported = diagnostics;
        return whole;
    }
}
