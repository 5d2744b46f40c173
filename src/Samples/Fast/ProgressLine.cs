using System.Diagnostics;
using Fast.Machines;

namespace Fast.Tool;

/// <summary>
/// Says on standard error what is being done, when it takes longer than a second: redrawn in place on a terminal, now and then a line elsewhere.
/// </summary>
internal sealed class ProgressLine(CliStreams streams, bool quiet) : IProgress<BarProgress>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan NextLine = TimeSpan.FromSeconds(10);

    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _next = Patience;
    private string _what = "";
    private BarProgress _last;
    private int _case = 1;
    private int _drawn;

    /// <summary>What begins now.</summary>
    public void Doing(string what) => (_what, _case, _last) = (what, 1, default);

    /// <inheritdoc/>
    public void Report(BarProgress value)
    {
        // Steps and phases only grow within a case.
        if ((value.Phase, value.Steps).CompareTo((_last.Phase, _last.Steps)) < 0) _case++;
        _last = value;
        if (!IsDue) return;
        var share = value.MostSteps == 0 ? 0 : 100 * value.Steps / value.MostSteps;
        Show($"{_what}{(_case > 1 ? $", case {_case}" : "")}: {Words.Of(value.Phase)} {share} %");
    }

    /// <summary>Whether it is time to say something.</summary>
    public bool IsDue => !quiet && Stopwatch.GetElapsedTime(_start) >= _next;

    /// <summary>Says what is being done, now.</summary>
    public void Show(string what)
    {
        _next = Stopwatch.GetElapsedTime(_start) + (streams.ErrorIsTerminal ? Redraw : NextLine);
        var text = $"fast: {what}";
        if (!streams.ErrorIsTerminal)
        {
            streams.Error.WriteLine(text);
            return;
        }

        streams.Error.Write('\r' + text.PadRight(_drawn));
        _drawn = text.Length;
    }

    /// <summary>Clears what is drawn.</summary>
    public void Dispose()
    {
        if (_drawn == 0) return;
        streams.Error.Write('\r' + new string(' ', _drawn) + '\r');
        _drawn = 0;
    }
}
