using System.Text;

namespace Fast.Tool;

/// <summary>What a run of the tool reads and writes, and how it may draw there.</summary>
internal sealed record CliStreams(TextWriter Out, TextWriter Error, TextReader In)
{
    private const int Unlimited = 1000;
    private const int Narrowest = 60;

    /// <summary>Characters in a line of <see cref="Out"/>; files and pipes have room.</summary>
    public int Width { get; init; } = Unlimited;

    /// <summary>Whether results may be coloured.</summary>
    public bool OutHasColour { get; init; }

    /// <summary>Whether progress may be redrawn in place.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>The standard streams of this process.</summary>
    public static CliStreams OfProcess()
    {
        var wantsColour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var dumb = Environment.GetEnvironmentVariable("TERM") is "dumb";
        // Buffered, and flushed once: a run that is stopped leaves nothing half-written.
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16);
        return new CliStreams(output, Console.Error, Console.In)
        {
            Width = Console.IsOutputRedirected ? Unlimited : Math.Max(Narrowest, Console.WindowWidth),
            OutHasColour = !Console.IsOutputRedirected && wantsColour && !dumb,
            ErrorIsTerminal = !Console.IsErrorRedirected && !dumb,
        };
    }
}
