using System.Diagnostics;

namespace Fast.Lab;

/// <summary>Boots a machine, follows its report, and takes it down.</summary>
internal static class GuestRun
{
    /// <summary>The emulator.</summary>
    private const string Qemu = "qemu-system-x86_64";

    /// <summary>Runs one to its end.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="kernel">Its kernel.</param>
    /// <param name="parts">Its root file system.</param>
    /// <param name="options">Where and how long.</param>
    /// <param name="whileHeld">What the host does while a job holds something: gets what the job said.</param>
    /// <param name="cancellation">Ends the machine.</param>
    public static async Task<GuestReport> RunAsync(
        QemuMachine machine, KernelFiles kernel, GuestParts parts, GuestOptions options, Func<string, QemuMonitor, CancellationToken, Task>? whileHeld, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("fast-lab-").FullName;
        try
        {
            var image = Path.Combine(folder, "image.cpio");
            var console = Path.Combine(folder, "console");
            var monitor = whileHeld is null ? null : Path.Combine(folder, "monitor");
            await GuestImage.WriteAsync(image, parts, cancellation);
            var report = await FollowAsync(machine.Arguments(kernel.Image, image, console, monitor), monitor, options, whileHeld, cancellation);
            if (!report.IsComplete && File.Exists(console)) options.Log($"console: {string.Join(" | ", File.ReadLines(console).TakeLast(6).Select(line => line.Trim()))}");
            return report;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<GuestReport> FollowAsync(
        IEnumerable<string> arguments, string? monitorPath, GuestOptions options, Func<string, QemuMonitor, CancellationToken, Task>? whileHeld, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Limit);
        using var process = ChildProcess.Start(Qemu, arguments, redirectInput: true);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var report = new GuestReport();
        var shown = "";
        var clock = Stopwatch.StartNew();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (report.Take(line) is { } held && whileHeld is not null)
                {
                    using (var monitor = await QemuMonitor.ConnectAsync(monitorPath!, limit.Token)) await whileHeld(held, monitor, limit.Token);
                    await process.StandardInput.WriteLineAsync("go".AsMemory(), limit.Token);
                    await process.StandardInput.FlushAsync(limit.Token);
                }

                if (report.Current is { } current && current != shown) options.Log($"{clock.Elapsed.TotalSeconds:0} s: {shown = current}");
            }

            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            options.Log($"ended after {options.Limit.TotalSeconds:0} s, in '{report.Current}'");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        if (await errors is { Length: > 0 } said && !report.IsComplete) options.Log($"QEMU: {said.Trim().ReplaceLineEndings(" ")}");
        return report;
    }
}

/// <summary>How a guest is run.</summary>
/// <param name="Limit">How long it may take.</param>
/// <param name="Log">Where progress goes.</param>
internal sealed record GuestOptions(TimeSpan Limit, Action<string> Log);
