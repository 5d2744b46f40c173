using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Fast.Tool.CommandLine;

/// <summary>Prints the tool's version, whatever process it runs in.</summary>
internal sealed class VersionLine : SynchronousCommandLineAction
{
    /// <summary>The tool's version.</summary>
    public static string Text { get; } = typeof(VersionLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine($"fast {Text}");
        return (int)ExitCode.Done;
    }
}
