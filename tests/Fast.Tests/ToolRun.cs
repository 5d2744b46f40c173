using System.Text.Json;

namespace Fast.Tool.Tests;

/// <summary>What a run of the tool returned and printed.</summary>
internal sealed record ToolRun(ExitCode Exit, string Out, string Error)
{
    /// <summary>Runs a command line in this process.</summary>
    public static ToolRun Of(params string[] args) => With("", args);

    /// <summary>Runs a command line with something on standard input.</summary>
    public static ToolRun With(string stdin, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader(stdin);
        var exit = Cli.RunAsync(args, output, error, input, CancellationToken.None).GetAwaiter().GetResult();
        return new ToolRun(exit, output.ToString(), error.ToString());
    }

    /// <summary>The one JSON document of a run that succeeded.</summary>
    public static JsonElement Json(params string[] args)
    {
        var run = Of([.. args, "--json", .. args[0] == "formats" ? (string[])[] : ["--quiet"]]);
        Assert.That(run.Error, Is.Empty);
        using var document = JsonDocument.Parse(run.Out);
        return document.RootElement.Clone();
    }

    /// <summary>Checks that the run refused its input as the tool promises.</summary>
    public ToolRun IsRefused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Exit, Is.EqualTo(ExitCode.WrongInput));
            Assert.That(Out, Is.Empty, "nothing on standard output");
            Assert.That(Error, Does.StartWith("fast: ").And.EndsWith(Environment.NewLine));
            Assert.That(Error.TrimEnd('\r', '\n').Split('\n'), Has.Length.EqualTo(1), "one line on standard error");
        });
        return this;
    }
}
