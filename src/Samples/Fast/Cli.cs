using System.CommandLine;
using Fast.Tool.CommandLine;

namespace Fast.Tool;

/// <summary>The tool, without its process: arguments and streams in, exit code out.</summary>
internal static class Cli
{
    private const string Trace = "FAST_TRACE";

    /// <summary>Runs one command line.</summary>
    public static Task<ExitCode> RunAsync(string[] args, TextWriter stdout, TextWriter stderr, TextReader stdin, CancellationToken cancellation) =>
        RunAsync(args, new CliStreams(stdout, stderr, stdin), cancellation);

    /// <summary>Runs one command line. Whatever happens on the way, standard output gets a whole result or nothing.</summary>
    public static async Task<ExitCode> RunAsync(string[] args, CliStreams streams, CancellationToken cancellation)
    {
        using var result = new StringWriter();
        try
        {
            var parse = Verbs.Root(streams with { Out = result }).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (ParseProblem.Describe(parse) is { } problem) throw new InputException(problem);
            var invocation = new InvocationConfiguration
            {
                Output = result,
                Error = streams.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            var exit = (ExitCode)await parse.InvokeAsync(invocation, cancellation);
            await streams.Out.WriteAsync(result.ToString());
            await streams.Out.FlushAsync(CancellationToken.None);
            return exit;
        }
        catch (InputException wrong)
        {
            await streams.Error.WriteLineAsync($"fast: {OneLine(wrong.Message)}");
            return ExitCode.WrongInput;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await streams.Error.WriteLineAsync("fast: interrupted; nothing was written");
            return ExitCode.Interrupted;
        }
        catch (Exception failure)
        {
            var wantsTrace = Environment.GetEnvironmentVariable(Trace) is "1";
            await streams.Error.WriteLineAsync(wantsTrace
                ? failure.ToString()
                : $"fast: internal failure: {OneLine(failure.Message)} ({failure.GetType().Name}); run again with {Trace}=1 for the trace");
            return ExitCode.InternalFailure;
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
