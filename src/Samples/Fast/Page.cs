using Spectre.Console;

namespace Fast.Tool;

/// <summary>Draws a result for people.</summary>
internal sealed class Page
{
    /// <summary>Enough for a row with two addresses.</summary>
    public const int AddressCharacters = 150;

    private const int WideCharacters = 170;

    private readonly CliStreams _streams;
    private readonly IAnsiConsole _console;

    /// <summary>A page on the output of <paramref name="streams"/>.</summary>
    public Page(CliStreams streams)
    {
        _streams = streams;
        _console = ConsoleOn(streams.Out, streams.Width);
    }

    /// <summary>Whether there is room for a column of long figures per kernel.</summary>
    public bool IsWide => _streams.Width >= WideCharacters;

    /// <summary>A paragraph.</summary>
    public void Line(string text = "") => _console.WriteLine(text);

    /// <summary>A paragraph that matters.</summary>
    public void Strong(string text) => _console.WriteLine(text, new Style(decoration: Decoration.Bold));

    /// <summary>A heading over a table.</summary>
    public void Heading(string text)
    {
        _console.WriteLine();
        _console.WriteLine(text, new Style(foreground: Color.Aqua));
    }

    /// <summary>A table; the first column is text, the others are numbers unless said otherwise.</summary>
    /// <param name="heads">Heads of the columns.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="textColumns">Columns that are text, from the left.</param>
    /// <param name="leastWidth">Characters that a line may take even where the terminal is narrower: addresses read better in lines that the terminal breaks than in columns of single letters.</param>
    public void Rows(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows, int textColumns = 1, int leastWidth = 0)
    {
        var table = new Table { Border = TableBorder.Simple, Expand = false };
        for (var i = 0; i < heads.Count; i++)
        {
            var column = new TableColumn(new Text(heads[i])) { NoWrap = i >= textColumns };
            table.AddColumn(i < textColumns ? column : column.RightAligned());
        }

        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        // Spectre pads lines and adds empty ones around a table; what goes into a file or a ticket should have neither.
        using var drawn = new StringWriter();
        ConsoleOn(drawn, Math.Max(_streams.Width, leastWidth)).Write(table);
        foreach (var line in drawn.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
            _streams.Out.WriteLine(line);
    }

    private IAnsiConsole ConsoleOn(TextWriter output, int width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = _streams.OutHasColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = _streams.OutHasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
