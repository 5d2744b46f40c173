using System.Diagnostics;

namespace Fast.Tool.Tests.Processes;

/// <summary>The tool, or a sample, as a process of its own.</summary>
internal static class ToolProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The muxer that runs the tests, or the one on the path.</summary>
    public static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>The assembly of that name beside the tests.</summary>
    public static string Assembly(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    /// <summary>Runs the tool to its end.</summary>
    public static (int Exit, string Out, string Error) Run(params string[] args) => Wait(Start(Dotnet, [Assembly("fast"), .. args]));

    /// <summary>Runs a line of shell in which <c>$FAST</c> is the tool.</summary>
    public static (int Exit, string Out, string Error) Shell(string line) => Wait(Start("/bin/sh", ["-c", line]));

    /// <summary>Starts a program.</summary>
    public static Process Start(string program, IEnumerable<string> args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["FAST"] = $"{Dotnet} {Assembly("fast")}";
        return Process.Start(start)!;
    }

    /// <summary>Waits for the end of a process and reads what it printed.</summary>
    public static (int Exit, string Out, string Error) Wait(Process process)
    {
        using (process)
        {
            process.StandardInput.Close();
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail("the process did not end");
            }

            return (process.ExitCode, output.Result, error.Result);
        }
    }
}
