using System.CommandLine;
using System.Text;
using Fast.Machines;
using Fast.Tool.CommandLine;
using Fast.Tool.Json;

namespace Fast.Tool.Fit;

/// <summary><c>fast fit</c>.</summary>
internal static class FitVerb
{
    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        The guest is booted on a register model: firmware places its BARs, the kernel what is left, each by its own rules. A BAR that does not
        fit is a result; settings that would help are tried by booting again. Regions that a listing lacks although the device is known to have
        them are added. HOST may also be the kernel log of a guest (dmesg).

        Examples:
          lspci -vv | fast fit - --gpus 8 --ram 1T
          fast fit h100nvl-x4 --bridges 0 --firmware seabios --phys-bits 40 --ram 256GB
                                                            three of four GPUs, and why; 256G (binary) has room for two
          dmesg | fast fit - --gpus 4 --bridges 0 --phys-bits 40 --ram 256GB --firmware seabios
                                                            in a guest that says 'no space'
          fast fit dgx-h100 --spare-ports 6 --ram 943616M --html space.html
          fast fit rtx4090x6 --rebar 32G --window 0x4000000000-0x7fffffffff
                                                            a machine's own window: five of six bridges find 48G
          fast fit h200.txt --firmware qemu-hole --hole64 8T --ram 4G --fail-on error
        """;

    private const string Verb = "fit";

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams)
    {
        var options = new FitOptions();
        var verb = new Command(Verb, "Where memory, windows and BARs land in a guest's address space, what does not fit, and the smallest setting that works.") { options.Host };
        foreach (var option in options.All) verb.Add(option);
        verb.SetAction(async (parse, cancellation) => (int)await RunAsync(options, parse, streams, cancellation));
        return verb;
    }

    private static async Task<ExitCode> RunAsync(FitOptions options, ParseResult parse, CliStreams streams, CancellationToken cancellation)
    {
        var host = parse.GetValue(options.Host)!;
        var selection = await HostInput.ReadAsync(Verb, host, streams.In, cancellation, needsPlaces: false);
        var request = options.Request(parse, selection, options.Pricing.ReadKnowledge(parse, Verb));
        var result = Fitter.Place(request);
        var isShown = !parse.GetValue(options.Quiet) && streams.ErrorIsTerminal;
        if (isShown && !result.Fits) await streams.Error.WriteAsync("\rfast: trying settings…");
        var (cures, least) = await Task.Run(() => (FitCures.Of(result, cancellation), result.Fits && request.GivenWindow is null ? FitCures.LeastPhysicalBits(result) : (int?)null), cancellation);
        if (isShown && !result.Fits) await streams.Error.WriteAsync("\r                      \r");
        var findings = FitFindings.Of(result, cures, selection.Devices);
        var document = FitDocument.Of(host, result, cures, least, findings, selection.Notes, parse.GetValue(options.FailOn));
        if (parse.GetValue(options.Html) is { } page) OutputFile.Write("fit: --html", page, stream => stream.Write(Encoding.UTF8.GetBytes(FitHtml.Of(document))));
        if (parse.GetValue(options.Json)) JsonPrinter.Print(document, ToolJson.Default.FitDocument, streams.Out);
        else FitText.Write(document, new Page(streams));
        if (document.FailOn is not { Exceeded: true } limit) return ExitCode.Done;
        await streams.Error.WriteLineAsync($"fast: fit: there are findings of --fail-on {limit.Severity} or above");
        return ExitCode.LimitExceeded;
    }
}
