using System.IO.Compression;
using System.Xml.Linq;

namespace Fast.Package.Tests;

/// <summary>The packed file, looked into and used: the only way to see that the generator is in it.</summary>
public sealed class PackageTests
{
    private Sandbox _sandbox = null!;
    private string _package = null!;

    [OneTimeSetUp]
    public void Pack()
    {
        _sandbox = new Sandbox();
        _package = _sandbox.Pack();
    }

    [OneTimeTearDown]
    public void Remove() => _sandbox.Dispose();

    [Test]
    public void The_package_holds_the_library_the_generator_and_what_nuget_shows()
    {
        using var archive = ZipFile.OpenRead(_package);
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
        using var archive = ZipFile.OpenRead(_package);
        using var stream = archive.GetEntry("Fast.PageTables.nuspec")!.Open();
        var metadata = XDocument.Load(stream).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;

        Assert.That(metadata.Descendants().Where(element => element.Name.LocalName == "dependency"), Is.Empty);
        Assert.That((Value("id"), Value("license"), Value("readme")), Is.EqualTo(("Fast.PageTables", "MIT", "README.md")));
        Assert.That(Value("description"), Does.Contain("page tables"));
    }

    [Test]
    public void A_project_that_references_the_package_declares_a_format_and_uses_it()
    {
        var version = Path.GetFileNameWithoutExtension(_package)["Fast.PageTables.".Length..];
        _sandbox.Write("Consumer.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Fast.PageTables" Version="{version}" />
              </ItemGroup>
            </Project>

            """);
        _sandbox.Write("Program.cs", """
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
        Sandbox.Dotnet(_sandbox.Folder, "build", "Consumer.csproj", "-c", "Release");
        var output = Sandbox.Dotnet(_sandbox.Folder, "exec", Path.Combine("bin", "Release", "net10.0", "Consumer.dll"));
        Assert.That(output.Trim(), Is.EqualTo("Done 768 256/1/0/0/0/0 0x4abcde"));
        Assert.That(Directory.GetDirectories(Path.Combine(_sandbox.Folder, "packages")).Select(Path.GetFileName), Is.EqualTo(new[] { "fast.pagetables" }));
    }
}
