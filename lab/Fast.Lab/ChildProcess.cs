using System.ComponentModel;
using System.Diagnostics;

namespace Fast.Lab;

/// <summary>Programs of the machine that the lab runs on.</summary>
internal static class ChildProcess
{
    /// <summary>Runs one to its end.</summary>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="LabException">It is not there, or fails.</exception>
    public static async Task<byte[]> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using var process = Start(program, arguments, redirectInput: false);
        using var output = new MemoryStream();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(output, cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await Task.WhenAll(copied, errors, process.WaitForExitAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode == 0) return output.ToArray();
        throw new LabException($"{program} ended with {process.ExitCode}: {(await errors).Trim().ReplaceLineEndings(" ")}");
    }

    /// <summary>Starts one.</summary>
    /// <exception cref="LabException">It is not there.</exception>
    public static Process Start(string program, IEnumerable<string> arguments, bool redirectInput)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = redirectInput };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new LabException($"{program} cannot be run: {exception.Message}; install it, docs/lab.md lists what the lab needs");
        }
    }
}
