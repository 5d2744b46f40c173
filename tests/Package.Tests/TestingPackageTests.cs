using System.IO.Compression;

namespace Fast.Package.Tests;

/// <summary>The testing package in a fresh project: a format of its own, its vectors, and what a changed declaration does.</summary>
public sealed class TestingPackageTests
{
    private const string Program = """
        using System;
        using Consumer;
        using Fast.PageTables;
        using Fast.PageTables.Testing;

        FormatSuite.Run<Mine>();
        try
        {
            FormatVectors.Run<Mine>("mine.txt");
            Console.WriteLine("passed");
        }
        catch (FormatCheckException wrong)
        {
            Console.WriteLine(wrong.Message);
        }

        Console.WriteLine($"{FormatBenchmarks.Run<Mine>(rounds: 1).Count > 3} {ConsumerFormats.All[0].Fingerprint}");

        """;

    private const string Declaration = """
        using Fast.PageTables;

        [PageTableFormat("mine", IaBits = 39, OaBitsMax = 52)]
        [Level(0, Name = "Low", Shift = 12, Bits = 9)]
        [Level(1, Name = "Mid", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
        [Level(2, Name = "High", Shift = 30, Bits = 9, CanTable = true)]
        [Present(Mask = 1, Value = 1), Address(51, 12), TableValue(0x3)]
        [Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
        [MustBeZero(1, EntryKinds.Leaf, 0x1FF000), Ignored(EntryKinds.Any, 0xFFF0_0000_0000_0F7C)]
        [Ignored(EntryKinds.Leaf, 0x80, ToLevel = 0), Ignored(EntryKinds.Table, 0x80, FromLevel = 2)]
        public partial struct Mine;

        """;

    private const string Vectors = """
        format | mine | 8 | 39 zero | 52 | 2 | rsvd | rsvd | - | 0
        level | mine | 0 | 12 | 9 | 4096 | 0 | - | 12 | -
        level | mine | 1 | 21 | 9 | 4096 | 80 | 3 | 21 | -
        level | mine | 2 | 30 | 9 | 4096 | - | 3 | - | -
        output | mine | FFFFFFFFFF
        best | mine | 200000 | 3FFFFF | 400000 | 21
        layout | mine | 0 leaf | 12345003 | is RW, 63:52 ., 51:12 @12, 11:2 ., 1 W, 0 -
        layout | mine | 1 leaf | 40200083 | is RW, 63:52 ., 51:21 @21, 20:12 !rsvd, 11:8 ., 7 T, 6:2 ., 1 W, 0 -
        layout | mine | 1 table | 12200003 | is RW, 63:52 ., 51:12 @12, 11:8 ., 7 L, 6:2 ., 1 W, 0 -
        layout | mine | 2 table | 12346003 | is RW, 63:52 ., 51:12 @12, 11:2 ., 1 W, 0 -

        """;

    [Test]
    public void The_package_holds_the_library_and_depends_on_the_first_one()
    {
        using var archive = ZipFile.OpenRead(Feed.PackageOf("Fast.PageTables.Testing"));
        var files = archive.Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml");
        Assert.That(files, Is.EquivalentTo(new[] { "Fast.PageTables.Testing.nuspec", "README.md", "lib/net10.0/Fast.PageTables.Testing.dll", "lib/net10.0/Fast.PageTables.Testing.xml" }));
        var dependencies = Feed.Metadata(Feed.PackageOf("Fast.PageTables.Testing")).Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => (string)element.Attribute("id")!);
        Assert.That(dependencies, Is.EquivalentTo(new[] { "Fast.PageTables", "FsCheck", "FSharp.Core" }));
    }

    [Test]
    public void A_project_runs_the_suite_and_its_vectors_and_sees_a_changed_declaration()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteProject("Fast.PageTables", "Fast.PageTables.Testing");
        sandbox.Write("Program.cs", Program);
        sandbox.Write("Mine.cs", Declaration);
        sandbox.Write("mine.txt", Vectors);
        var first = sandbox.BuildAndRun().Split('\n');
        Assert.That(first, Has.Length.EqualTo(2));
        Assert.That(first[0], Is.EqualTo("passed"));
        Assert.That(first[1], Does.Match("^True [0-9a-f]{16}$"));

        sandbox.Write("Mine.cs", Declaration.Replace("OaBitsMax = 52", "OaBitsMax = 48", StringComparison.Ordinal).Replace("Address(51, 12)", "Address(47, 12)", StringComparison.Ordinal)
            .Replace("0xFFF0_0000_0000_0F7C", "0xFFFF_0000_0000_0F7C", StringComparison.Ordinal));
        var changed = sandbox.BuildAndRun();
        Assert.That(changed, Does.Contain("checks failed").And.Contain("line 5: output | mine | FFFFFFFFFF").And.Contain("bit 48 is not '@12'"), "the vectors see the new declaration");
        Assert.That(changed.Split('\n')[^1], Does.Match("^True [0-9a-f]{16}$").And.Not.EqualTo(first[1]), "another fingerprint: the code was emitted again");

        sandbox.Write("mine.txt", Vectors.Replace("39 zero | 52", "39 zero | 48", StringComparison.Ordinal).Replace("FFFFFFFFFF", "FFFFFFFFF", StringComparison.Ordinal)
            .Replace("63:52 ., 51:", "63:48 ., 47:", StringComparison.Ordinal));
        Assert.That(sandbox.BuildAndRun().Split('\n')[0], Is.EqualTo("passed"));
    }
}
