using System.IO.Compression;

namespace Fast.Package.Tests;

/// <summary>The packed file, looked into and used: the only way to see that the generator is in it.</summary>
public sealed class PackageTests
{
    [Test]
    public void The_package_holds_the_library_the_generator_and_what_nuget_shows()
    {
        using var archive = ZipFile.OpenRead(Feed.PackageOf("Fast.PageTables"));
        var files = archive.Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml");
        Assert.That(files, Is.EquivalentTo(new[]
        {
            "Fast.PageTables.nuspec",
            "README.md",
            "analyzers/dotnet/cs/Fast.Generators.dll",
            "buildTransitive/Fast.PageTables.props",
            "buildTransitive/Fast.PageTables.targets",
            "lib/net10.0/Fast.PageTables.dll",
            "lib/net10.0/Fast.PageTables.xml",
        }));
    }

    [Test]
    public void The_package_depends_on_nothing_and_says_what_it_is()
    {
        var metadata = Feed.Metadata(Feed.PackageOf("Fast.PageTables"));
        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;

        Assert.That(metadata.Descendants().Where(element => element.Name.LocalName == "dependency"), Is.Empty);
        Assert.That((Value("id"), Value("license"), Value("readme")), Is.EqualTo(("Fast.PageTables", "MIT", "README.md")));
        Assert.That(Value("description"), Does.Contain("page tables"));
    }

    [Test]
    public void A_project_that_references_the_package_declares_a_format_and_uses_it_without_a_warning_about_trimming_or_AOT()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteProject("Fast.PageTables");
        sandbox.Write("Program.cs", """
            using System;
            using Fast.PageTables;

            using var arena = new TableArena();
            var source = new PageTable<Mine>(arena);
            var destination = new PageTable<VtdSs4>(arena);
            var range = IovaRange.Of(new Iova(1UL << 30), 3UL << 20);
            source.Map(range, new Pfn(512), Permissions.ReadWrite);
            var report = PageTablePins.Pin<MineToVtd, Mine, VtdSs4>(source, range, destination, new Iova(0), Permissions.ReadWrite);
            Console.WriteLine($"{report.Status} {report.Pages} {report.LeavesWritten} {destination.Translate(new Iova(0x2ABCDE))}");

            [PageTableFormat("mine", IaBits = 39, OaBitsMax = 52)]
            [Level(0, Shift = 12, Bits = 9)]
            [Level(1, Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
            [Level(2, Shift = 30, Bits = 9, CanTable = true)]
            [Present(Mask = 1, Value = 1), Address(51, 12), TableValue(0x3)]
            [Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
            [MustBeZero(1, EntryKinds.Leaf, 0x1FF000), Ignored(EntryKinds.Any, 0xFFF0_0000_0000_0F7C)]
            [Ignored(EntryKinds.Leaf, 0x80, ToLevel = 0), Ignored(EntryKinds.Table, 0x80, FromLevel = 2)]
            public partial struct Mine;

            [BatchPin(typeof(Mine), typeof(VtdSs4))]
            public partial struct MineToVtd;

            """);
        Assert.That(sandbox.BuildAndRun(), Is.EqualTo("Done 768 256/1/0/0/0/0 0x4abcde"));
        Assert.That(sandbox.Restored, Is.EquivalentTo(new[] { "fast.pagetables", "microsoft.net.illink.tasks" }));
    }
}
