using BenchmarkDotNet.Running;
using Fast.Perf;
using Fast.Perf.Compare;
using Fast.Perf.Disassembly;
using Fast.Perf.Generators;
using Fast.Perf.Plots;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

var results = Path.Combine("perf", "results", Machine.Here.Folder);
try
{
    switch (args)
    {
        case ["compare", .. var rest]: return CompareCommand.Run(rest, Console.Out, Console.Error, stop.Token);
        case ["plots"]: return PlotsCommand.Run(results, Console.Error, stop.Token);
        case ["plots", var folder]: return PlotsCommand.Run(folder, Console.Error, stop.Token);
        case ["disassembly"]: return DisassemblyCommand.Run(Path.Combine(results, "disassembly"), Console.Error);
        case ["disassembly", var folder]: return DisassemblyCommand.Run(folder, Console.Error);
        case ["generator"]: return GeneratorCommand.Run(Console.Out, stop.Token);
        case ["exercise"]: return HotMethods.Exercise();
        default:
            BenchmarkSwitcher.FromAssembly(typeof(BenchmarkConfig).Assembly).Run(args, new BenchmarkConfig());
            return 0;
    }
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync($"{args[0]}: stopped");
    return 130;
}
