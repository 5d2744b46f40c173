using System.Runtime.InteropServices;
using Fast.Tool;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
{
    // The first Ctrl-C ends the run in order; the second one is the system's.
    if (stop.IsCancellationRequested) return;
    context.Cancel = true;
    stop.Cancel();
});

return (int)await Cli.RunAsync(args, CliStreams.OfProcess(), stop.Token);
