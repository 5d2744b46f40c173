using System.CommandLine;
using System.Runtime.InteropServices;
using Fast.Lab;

using var stop = new CancellationTokenSource();
// A guest must not outlive the lab, so both signals end it in order; the second one is the system's.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

try
{
    return await LabVerbs.Root().Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
}
catch (LabException wrong)
{
    await Console.Error.WriteLineAsync($"fast-lab: {wrong.Message}");
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("fast-lab: interrupted");
    return 130;
}

void End(PosixSignalContext context)
{
    if (stop.IsCancellationRequested) return;
    context.Cancel = true;
    stop.Cancel();
}
