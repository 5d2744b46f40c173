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

    /// <summary>The command tree.</summary>
    public static RootCommand Root() => new("Boots real Debian kernels in QEMU and holds the model to what they do.") { Work, Tool, Kernels, Matrix(), Boot(), Resolve() };

    private static Command Matrix()
    {
        var file = new Option<string>("--matrix") { HelpName = "FILE", Description = "What is combined.", DefaultValueFactory = _ => Path.Combine(LabSetup.Repository, "lab", "matrix.json") };
        var full = new Option<bool>("--full") { Description = "Every combination and not every pair: hours." };
        var json = new Option<bool>("--json") { Description = $"Print one JSON document ({MatrixReport.SchemaId})." };
        var minutes = new Option<int>("--limit") { HelpName = "MINUTES", Description = "Longest time of one guest.", DefaultValueFactory = _ => 15 };
        var verb = new Command("matrix", "Counts what each kernel calls while it maps BARs and memory, and holds the model to it; exit 1 when anything differs.") { file, full, json, minutes };
        verb.SetAction(async (parse, cancellation) =>
        {
            using var setup = Setup(parse);
            var kernels = Chosen(parse);
            var matrix = MatrixFile.Read(parse.GetValue(file)!);
            var rows = matrix.Rows([.. kernels.Select(kernel => kernel.Version)], parse.GetValue(full));
            var report = MatrixReport.Of(LabSetup.Host, await MatrixRun.RunAsync(setup, kernels, rows, matrix.BarSizes(), TimeSpan.FromMinutes(parse.GetValue(minutes)), cancellation));
            if (parse.GetValue(json)) Console.Out.WriteLine(JsonSerializer.Serialize(report, LabJson.Default.MatrixReport));
            else MatrixText.Write(report, Console.Out);
            return report.IsClean ? 0 : 1;
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
                var report = await VfioGuest.RunAsync(setup, kernel, machine, $"export BDF=$(device {machine.Bars[0]})\njob command sh -c '{parse.GetValue(jobs)!.Replace("'", "'\\''", StringComparison.Ordinal)}'\n", TimeSpan.FromMinutes(10), cancellation);
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

    private static LabSetup Setup(ParseResult parse) => new(parse.GetValue(Work), parse.GetValue(Tool), line => Console.Error.WriteLine($"fast-lab: {line}"));

    private static ImmutableArray<KernelEntry> Chosen(ParseResult parse) =>
        KernelEntry.Choose(KernelEntry.ReadList(LabSetup.KernelList), [.. (parse.GetValue(Kernels) ?? []).SelectMany(names => names.Split(','))]);

    private static ImmutableArray<ulong> ReadSizes(string text) =>
        [.. text.Split(',').Select(one => BinarySize.TryParse(one, out var bytes, out var error) ? bytes : throw new LabException(error!))];
}
