using BenchmarkDotNet.Running;
using Fast.Perf;
using Fast.Perf.Compare;
using Fast.Perf.Generators;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

if (args is ["compare", .. var rest])
{
    try
    {
        return CompareCommand.Run(rest, Console.Out, Console.Error, stop.Token);
    }
    catch (OperationCanceledException)
    {
        await Console.Error.WriteLineAsync("compare: stopped");
        return 130;
    }
}

if (args is ["generator"]) return GeneratorCommand.Run(Console.Out, stop.Token);

BenchmarkSwitcher.FromAssembly(typeof(BenchmarkConfig).Assembly).Run(args, new BenchmarkConfig());
return 0;
