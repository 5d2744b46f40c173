using System.Reflection;

namespace Fast.PageTables.Tests.Surface;

/// <summary>The public surface of the two packages, as files that a reviewer reads.</summary>
public sealed class PublicSurfaceSnapshotTests
{
    private const string Switch = "FAST_UPDATE_SNAPSHOTS";

    private static IEnumerable<TestCaseData> Packages() => new[] { typeof(PageTableFormatAttribute).Assembly, typeof(FormatSuite).Assembly }
        .Select(assembly => new TestCaseData(assembly).SetArgDisplayNames(assembly.GetName().Name!));

    [TestCaseSource(nameof(Packages))]
    public void The_public_surface_is_what_the_snapshot_shows(Assembly package)
    {
        ArgumentNullException.ThrowIfNull(package);
        var surface = PublicSurface.Of(package);
        var snapshot = Repository.At("tests", "PageTables.Tests", "Surface", $"{package.GetName().Name}.txt");
        if (Environment.GetEnvironmentVariable(Switch) == "1") File.WriteAllText(snapshot, surface);
        Assert.That(File.Exists(snapshot), Is.True, $"no snapshot: run once with {Switch}=1");
        Assert.That(surface, Is.EqualTo(File.ReadAllText(snapshot).ReplaceLineEndings("\n")), $"after an intended change run once with {Switch}=1 and read the difference");
    }
}
