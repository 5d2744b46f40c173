using System.CommandLine;
using System.Globalization;
using System.Text;
using Fast.Machines;
using Fast.Tool.Json;

namespace Fast.Tool.Predict;

/// <summary><c>fast predict</c>.</summary>
internal static class PredictVerb
{
    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        Counted steps are executed on real tables here; seconds are those of a server: 'map' is held to public timings, 'unmap' is
        counted, not timed, and has a wider band. How often a boot maps a BAR is executed on a register model.

        Examples:
          lspci -vv | fast predict -                          this host, on the kernels that stand side by side
          fast predict live --host-kernel 6.8,7.3             before and after an upgrade
          fast predict h100.txt --guest-kernel 6.14 --thp never
          fast predict h100.txt --bridges 0 --html boot.html  on the root bus; also a page for a browser
          fast predict b200.txt --gpus 8 --ram 1800G --ram-pages 1G --phys-bits 46
                                                              eight of them, the pinning of the guest's memory, and what fits
          fast predict h100.txt --backend iommufd --calibration mine.json
                                                              iommufd, priced with times of your own machine
          fast predict h100.txt --host-kernel 7.3 --fail-over 20 --json
                                                              for a pipeline: exit code 2 when it takes longer than 20 s
        """;

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams)
    {
        var options = new PredictOptions();
        var verb = new Command("predict", "How many seconds the BARs of a host add to the boot of a guest, why, and what to change.") { options.Host };
        foreach (var option in options.All) verb.Add(option);
        verb.SetAction(async (parse, cancellation) => (int)await RunAsync(options, parse, streams, cancellation));
        return verb;
    }

    private static async Task<ExitCode> RunAsync(PredictOptions options, ParseResult parse, CliStreams streams, CancellationToken cancellation)
    {
        if (parse.GetValue(options.WriteKnowledge) is { } file)
        {
            OutputFile.Write("predict: --write-knowledge", file, stream => stream.Write(Knowledge.DefaultBytes()));
            return ExitCode.Done;
        }

        var host = parse.GetValue(options.Host)!;
        var knowledge = options.Pricing.ReadKnowledge(parse, "predict");
        var selection = options.Select(parse, await HostInput.ReadAsync("predict", host, streams.In, cancellation));
        var request = options.Request(parse, selection, knowledge);
        if (request.Check(knowledge) is { } problem) throw new InputException($"predict: {problem}");

        Prediction prediction;
        using (var progress = new ProgressLine(streams, parse.GetValue(options.Quiet)))
        {
            var cases = new BarCaseCache();
            var calibration = options.Pricing.ReadCalibration(parse, "predict", knowledge, cases, progress, cancellation);
            progress.Doing("executing the BARs' map and unmap");
            prediction = new Predictor(knowledge, cases, calibration).Predict(request, progress, cancellation);
        }

        var limit = parse.GetValue(options.FailOver);
        var document = PredictDocument.Of(host, prediction, selection.Notes, limit);
        if (parse.GetValue(options.Html) is { } page) OutputFile.Write("predict: --html", page, stream => stream.Write(Encoding.UTF8.GetBytes(PredictHtml.Of(document, prediction))));
        if (parse.GetValue(options.Json)) JsonPrinter.Print(document, ToolJson.Default.PredictDocument, streams.Out);
        else PredictText.Write(document, prediction, streams);
        if (document.FailOver is not { Exceeded: true }) return ExitCode.Done;
        var slowest = document.Kernels.MaxBy(kernel => kernel.Total.Seconds)!;
        streams.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"fast: predict: {Numbers.Seconds(slowest.Total.Seconds)} on Linux {slowest.Kernel} is above --fail-over {limit}"));
        return ExitCode.LimitExceeded;
    }
}
