using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;
using Fast.Tests;

namespace Fast.Package.Tests;

/// <summary>A feed with the two packages, packed once for all tests, and what the second one depends on.</summary>
[SetUpFixture]
public sealed class Feed
{
    /// <summary>The folder of the feed.</summary>
    public static string Folder { get; private set; } = "";

    /// <summary>The version of both.</summary>
    public static string Version => Path.GetFileNameWithoutExtension(PackageOf("Fast.PageTables"))["Fast.PageTables.".Length..];

    /// <summary>The packed file.</summary>
    public static string PackageOf(string id) => Directory.GetFiles(Folder, id + ".*.nupkg").Single(file => char.IsAsciiDigit(Path.GetFileName(file)[id.Length + 1]));

    /// <summary>The nuspec's part that describes a package.</summary>
    public static XElement Metadata(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        using var stream = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal) && !entry.FullName.Contains('/', StringComparison.Ordinal)).Open();
        return XDocument.Load(stream).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    /// <summary>The packages that this project and the packed ones were restored from.</summary>
    private static string Cache => typeof(Feed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "NuGetPackageRoot").Value!;

    [OneTimeSetUp]
    public void Pack()
    {
        Folder = Directory.CreateTempSubdirectory("fast-feed-").FullName;
        foreach (var project in new[] { "PageTables", "PageTables.Testing" })
            Sandbox.Dotnet(Repository.Root, "pack", Repository.At("src", "Core", project, $"Fast.{project}.csproj"), "-c", "Release", "-o", Folder);
        CopyDependencies(PackageOf("Fast.PageTables.Testing"));
        // The SDK brings it into projects that are to be analysed for trimming and ahead-of-time compilation, as the library itself is.
        foreach (var package in Directory.GetFiles(Path.Combine(Cache, "microsoft.net.illink.tasks"), "*.nupkg", SearchOption.AllDirectories)) File.Copy(package, Path.Combine(Folder, Path.GetFileName(package)));
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(Folder, recursive: true);

    /// <summary>Puts what a package depends on beside it, from where this project was restored: the feed is all that a consumer sees.</summary>
    private static void CopyDependencies(string package)
    {
        foreach (var dependency in Metadata(package).Descendants().Where(element => element.Name.LocalName == "dependency"))
        {
            var (id, version) = (((string)dependency.Attribute("id")!).ToLowerInvariant(), (string)dependency.Attribute("version")!);
            var (from, to) = (Path.Combine(Cache, id, version, $"{id}.{version}.nupkg"), Path.Combine(Folder, $"{id}.{version}.nupkg"));
            if (!File.Exists(from) || File.Exists(to)) continue;
            File.Copy(from, to);
            CopyDependencies(to);
        }
    }
}
