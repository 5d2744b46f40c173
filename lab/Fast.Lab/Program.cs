using System.CommandLine;
using System.Runtime.InteropServices;
using Fast.Lab;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
{
    if (stop.IsCancellationRequested) return;
    context.Cancel = true;
    stop.Cancel();
});

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
