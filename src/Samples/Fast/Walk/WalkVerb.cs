using System.CommandLine;
using Fast.Host;
using Fast.Tool.Json;

namespace Fast.Tool.Walk;

/// <summary><c>fast walk</c>.</summary>
internal static class WalkVerb
{
    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        An area is a stretch without a hole and with the same permissions; a run is contiguous in both addresses. The digest is one number
        for what is mapped where, whatever the sizes of leaves: two walks that agree in it agree in every page. Permissions are read, write,
        execute, user (from user mode) and userExecute, where it differs.

        --root takes the register as it is: CR3 with PCID, EPTP, TTBR, satp, the first 8 bytes of an AMD device table entry.

        Examples:
          fast walk guest.elf                                       the tables of processor 0, from dump-guest-memory
          fast walk guest.elf --root 0x10a3c000 --va 7f2000000000-7f2800000000 --runs 20
          fast walk ram.bin --base 0x100000000 --root 0x10a3c000    raw memory, from pmemsave
          fast walk host.elf --root 0x2f8d000 --format ept-4l --json
        """;

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams)
    {
        var options = new WalkOptions();
        var verb = new Command("walk", "Page tables in a memory image: areas, sizes of leaves, runs, permissions, digest.") { options.Image };
        foreach (var option in options.All) verb.Add(option);
        verb.SetAction((parse, cancellation) => Task.FromResult((int)Run(options, parse, streams, cancellation)));
        return verb;
    }

    private static ExitCode Run(WalkOptions options, ParseResult parse, CliStreams streams, CancellationToken cancellation)
    {
        var path = parse.GetValue(options.Image)!;
        if (string.IsNullOrWhiteSpace(path)) throw new InputException("walk: the name of the image is empty; name a file with the memory of a machine");
        using var image = Open(path, parse.GetValue(options.Base));
        var root = TableRoot.Of(image, path, options, parse);
        WalkRun run;
        using (var progress = new ProgressLine(streams, parse.GetValue(options.Quiet))) run = WalkRun.Of(image, root, options, parse, progress, cancellation);
        var document = WalkDocument.Of(path, image, run);
        if (parse.GetValue(options.Json)) JsonPrinter.Print(document, ToolJson.Default.WalkDocument, streams.Out);
        else WalkText.Write(document, image, streams);
        return ExitCode.Done;
    }

    private static MemoryImage Open(string path, ulong? start)
    {
        try
        {
            return MemoryImage.Open(path, start);
        }
        catch (HostException exception)
        {
            throw new InputException($"walk: {exception.Message}");
        }
    }
}
