using System.Collections;
using System.Diagnostics;

namespace Fast.Package.Tests;

/// <summary>A folder outside of the source tree, which knows the packed feed, a packages folder of its own and nothing else.</summary>
internal sealed class Sandbox : IDisposable
{
    public Sandbox()
    {
        Folder = Directory.CreateTempSubdirectory("fast-package-").FullName;
        // Whatever stands above the folder must not reach in.
        foreach (var stop in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" }) Write(stop, "<Project />\n");
        Write("NuGet.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><clear /><add key="feed" value="{Feed.Folder}" /></packageSources>
            </configuration>

            """);
    }

    public string Folder { get; }

    /// <summary>The packages that the project restored, by folder name.</summary>
    public IEnumerable<string?> Restored => Directory.GetDirectories(Path.Combine(Folder, "packages")).Select(Path.GetFileName);

    /// <summary>A project that references packages of the feed.</summary>
    public void WriteProject(params string[] packages) => Write("Consumer.csproj", $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <UseAppHost>false</UseAppHost>
            <InvariantGlobalization>true</InvariantGlobalization>
            <IsAotCompatible>{!packages.Contains("Fast.PageTables.Testing")}</IsAotCompatible>
          </PropertyGroup>
          <ItemGroup>
        {string.Join('\n', packages.Select(package => $"    <PackageReference Include=\"{package}\" Version=\"{Feed.Version}\" />"))}
          </ItemGroup>
        </Project>

        """);

    /// <summary>Builds the project and runs it; what it printed.</summary>
    public string BuildAndRun()
    {
        Dotnet(Folder, "build", "Consumer.csproj", "-c", "Release");
        return Dotnet(Folder, "exec", Path.Combine("bin", "Release", "net10.0", "Consumer.dll")).ReplaceLineEndings("\n").Trim();
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
