using System.Collections;
using System.Diagnostics;
using Fast.Tests;

namespace Fast.Package.Tests;

/// <summary>A folder outside of the source tree, with a feed of its own, a packages folder of its own and nothing else.</summary>
internal sealed class Sandbox : IDisposable
{
    public Sandbox()
    {
        Folder = Directory.CreateTempSubdirectory("fast-package-").FullName;
        Directory.CreateDirectory(Feed);
        // Whatever stands above the folder must not reach in.
        foreach (var stop in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" }) Write(stop, "<Project />\n");
        Write("NuGet.config", """
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><clear /><add key="feed" value="feed" /></packageSources>
            </configuration>

            """);
    }

    public string Folder { get; }

    public string Feed => Path.Combine(Folder, "feed");

    /// <summary>Packs the library into the feed; the file.</summary>
    public string Pack()
    {
        Dotnet(Repository.Root, "pack", Repository.At("src", "Core", "PageTables", "Fast.PageTables.csproj"), "-c", "Release", "-o", Feed);
        return Directory.GetFiles(Feed, "*.nupkg").Single();
    }

    public void Write(string name, string text) => File.WriteAllText(Path.Combine(Folder, name), text);

    /// <summary>Runs the SDK; its output. Anything but success fails the test.</summary>
    public static string Dotnet(string folder, string verb, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(verb);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // No server may outlive the call, or it would hold the pipes open.
        if (verb is not "exec") start.ArgumentList.Add("-p:UseSharedCompilation=false");
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => (string)entry.Key)
            .Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("VSTEST", StringComparison.Ordinal)))
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.That(process.WaitForExit(TimeSpan.FromMinutes(3)), Is.True, "the SDK did not end");
        Assert.That(process.ExitCode, Is.Zero, $"dotnet {verb} {string.Join(' ', arguments)}\n{output}\n{errors.Result}");
        return output;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
