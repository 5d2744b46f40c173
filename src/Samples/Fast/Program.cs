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

var streams = CliStreams.OfProcess();
var exit = await Cli.RunAsync(args, streams, stop.Token);
await streams.Out.FlushAsync(CancellationToken.None);
return (int)exit;
