using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Fast.PageTables;

namespace Fast.Lab;

/// <summary>The lab's command line.</summary>
internal static class LabVerbs
{
    private static readonly Option<string?> Work = new("--work") { HelpName = "DIR", Description = "Where kernels are kept between runs (default: FAST_LAB_WORK, or the user's data folder).", Recursive = true };
    private static readonly Option<string?> Tool = new("--fast") { HelpName = "FILE", Description = "The tool as one file (default: it is published).", Recursive = true };
    private static readonly Option<string[]> Kernels = new("--kernels") { HelpName = "LIST", Description = "Which kernels of kernels.json, by version, release or package (default: all).", Recursive = true, AllowMultipleArgumentsPerToken = true };

    private static readonly Option<int> Minutes = new("--limit") { HelpName = "MINUTES", Description = "Longest time of one guest.", Recursive = true, DefaultValueFactory = _ => 15 };

    /// <summary>The command tree.</summary>
    public static RootCommand Root() => new("Boots real Debian kernels in QEMU and holds the model to what they do.") { Work, Tool, Kernels, Minutes, Matrix(), Dump(), Events(), Failures(), Boot(), Resolve() };

    private static Command Matrix()
    {
        var file = new Option<string>("--matrix") { HelpName = "FILE", Description = "What is combined.", DefaultValueFactory = _ => Path.Combine(LabSetup.Repository, "lab", "matrix.json") };
        var full = new Option<bool>("--full") { Description = "Every combination and not every pair: hours." };
        var json = new Option<bool>("--json") { Description = $"Print one JSON document ({MatrixReport.SchemaId})." };
        var verb = new Command("matrix", "Counts what each kernel calls while it maps BARs and memory, and holds the model to it; exit 1 when anything differs.") { file, full, json };
        verb.SetAction(async (parse, cancellation) =>
        {
            using var setup = Setup(parse);
            var kernels = Chosen(parse);
            var matrix = MatrixFile.Read(parse.GetValue(file)!);
            var rows = matrix.Rows([.. kernels.Select(kernel => kernel.Version)], parse.GetValue(full));
            var report = MatrixReport.Of(LabSetup.Host, await MatrixRun.RunAsync(setup, kernels, rows, matrix.BarSizes(), Limit(parse), cancellation));
            if (parse.GetValue(json)) Console.Out.WriteLine(JsonSerializer.Serialize(report, LabJson.Default.MatrixReport));
            else MatrixText.Write(report, Console.Out);
            return report.IsClean ? 0 : 1;
        });
        return verb;
    }

    private static Command Dump()
    {
        var verb = new Command("dump", "Pauses guests while a mapping stands, walks the process's tables in a dump of their memory, and holds them to pagemap and to the model.");
        verb.SetAction(async (parse, cancellation) =>
        {
            using var setup = Setup(parse);
            var clean = true;
            foreach (var kernel in Chosen(parse))
            {
                foreach (var result in await DumpRun.RunAsync(setup, kernel, DumpRun.Rows(kernel.Version), Limit(parse), cancellation))
                {
                    clean &= result.Problem is null;
                    Console.Out.WriteLine($"{kernel.Release,-22}{result.Title,-34}{(result.Problem is null ? "equal" : "DIFFER: " + result.Problem)}: {result.Pages:N0} pages walked in the dump, {result.Leaves}; {result.Expected}");
                }
            }

            return clean ? 0 : 1;
        });
        return verb;
    }

    private static Command Events()
    {
        var json = new Option<bool>("--json") { Description = $"Print one JSON document ({EventReport.SchemaId})." };
        var verb = new Command("events", "Traces the config writes of plain guests, and holds the machine model's boot to how often a large BAR comes and goes.") { json };
        verb.SetAction(async (parse, cancellation) =>
        {
            using var setup = Setup(parse);
            var report = await EventRun.RunAsync(setup, Chosen(parse), Limit(parse), cancellation);
            if (parse.GetValue(json)) Console.Out.WriteLine(JsonSerializer.Serialize(report, LabJson.Default.EventReport));
            else EventRun.Write(report, Console.Out);
            return report.IsClean ? 0 : 1;
        });
        return verb;
    }

    private static Command Failures()
    {
        var rounds = new Option<int>("--rounds") { HelpName = "N", Description = "How often each of the five.", DefaultValueFactory = _ => 20 };
        var verb = new Command("failures", "Runs 'fast measure' again and again in one guest with something in its way, and looks whether anything stays behind.") { rounds };
        verb.SetAction(async (parse, cancellation) =>
        {
            using var setup = Setup(parse);
            var clean = true;
            foreach (var kernel in Chosen(parse))
            {
                var runs = await FailureRun.RunAsync(setup, kernel, parse.GetValue(rounds), Limit(parse), cancellation);
                var problems = FailureRun.Problems(runs, parse.GetValue(rounds));
                foreach (var kind in runs.GroupBy(run => run.Kind)) Console.Out.WriteLine($"{kernel.Release,-22}{kind.Key,-16}{kind.Count()} runs, exit {string.Join('/', kind.Select(run => run.ExitCode).Distinct())}, group busy after {kind.Count(run => run.Busy)}: {(kind.First().ExitCode == 0 ? "done" : kind.First().Message)}");
                foreach (var problem in problems) Console.Out.WriteLine($"{kernel.Release}: {problem}");
                Console.Out.WriteLine(problems.IsEmpty ? $"{kernel.Release}: {runs.Length} runs, nothing left behind" : $"{kernel.Release}: {problems.Length} problems");
                clean &= problems.IsEmpty;
            }

            return clean ? 0 : 1;
        });
        return verb;
    }

    private static Command Boot()
    {
        var jobs = new Argument<string>("COMMAND") { Description = "A line for the guest's shell. $BDF is the first of the devices." };
        var bars = new Option<string>("--bars") { HelpName = "LIST", Description = "Sizes of the devices' BARs.", DefaultValueFactory = _ => "1G" };
        var verb = new Command("boot", "Boots kernels and runs a command in each guest, with 'fast' on its path.") { jobs, bars };
        verb.SetAction(async (parse, cancellation) =>
        {
            using var setup = Setup(parse);
            var machine = new QemuMachine { Bars = ReadSizes(parse.GetValue(bars)!) };
            var failed = false;
            foreach (var kernel in Chosen(parse))
            {
                var report = await VfioGuest.RunAsync(setup, kernel, machine, $"export BDF=$(device {machine.Bars[0]})\njob command sh -c '{parse.GetValue(jobs)!.Replace("'", "'\\''", StringComparison.Ordinal)}'\n", Limit(parse), cancellation);
                foreach (var note in report.Notes) Console.Error.WriteLine(note);
                var job = report.Job("command");
                Console.Out.WriteLine(job.Output);
                Console.Error.WriteLine(job.Errors);
                failed |= job.ExitCode != 0;
            }

            return failed ? 1 : 0;
        });
        return verb;
    }

    private static Command Resolve()
    {
        var package = new Argument<string>("PACKAGE") { Description = "Such as linux-image-6.12.107+deb13-amd64." };
        var suite = new Argument<string>("SUITE") { Description = "Such as trixie, trixie-backports, bookworm-security." };
        var verb = new Command("resolve", "Prints an entry for kernels.json: a kernel's files with their checksums, from the suite's index.") { package, suite };
        verb.SetAction(async (parse, cancellation) =>
        {
            using var setup = Setup(parse);
            var index = await setup.Mirror.IndexAsync(parse.GetValue(suite)!, Path.Combine(setup.Folder, "index"), cancellation);
            Console.Out.WriteLine(JsonSerializer.Serialize(DebianPackage.Resolve(index, parse.GetValue(package)!, parse.GetValue(suite)!), LabJson.Default.KernelEntry));
            return 0;
        });
        return verb;
    }

    private static TimeSpan Limit(ParseResult parse) => TimeSpan.FromMinutes(parse.GetValue(Minutes));

    private static LabSetup Setup(ParseResult parse) => new(parse.GetValue(Work), parse.GetValue(Tool), line => Console.Error.WriteLine($"fast-lab: {line}"));

    private static ImmutableArray<KernelEntry> Chosen(ParseResult parse) =>
        KernelEntry.Choose(KernelEntry.ReadList(LabSetup.KernelList), [.. (parse.GetValue(Kernels) ?? []).SelectMany(names => names.Split(','))]);

    private static ImmutableArray<ulong> ReadSizes(string text) =>
        [.. text.Split(',').Select(one => BinarySize.TryParse(one, out var bytes, out var error) ? bytes : throw new LabException(error!))];
}
