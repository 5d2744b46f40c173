using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Linux;

/// <summary>
/// What goes wrong and when: steps such as <c>page:5</c>, <c>gup:3=10</c>, <c>map:2</c>, separated by commas. Numbers count from 1, over the life of
/// the script; pages from 0.
/// </summary>
public sealed class FailureScript
{
    private readonly ImmutableArray<Step> _steps;
    private readonly long[] _passed = new long[Enum.GetValues<FailurePoint>().Length];
    private Va _start;

    private FailureScript(ImmutableArray<Step> steps) => _steps = steps;

    /// <summary>Nothing goes wrong.</summary>
    public static FailureScript None { get; } = new([]);

    /// <summary>Whether nothing can go wrong.</summary>
    public bool IsEmpty => _steps.IsEmpty;

    /// <summary>The number of the first table that cannot be had, or <see langword="null"/>.</summary>
    public long? FirstMissingTable => _steps.Where(step => step.Point == FailurePoint.Table).Select(step => (long?)step.Number).Min();

    /// <summary>While set nothing goes wrong and nothing is counted: what is set up before a script begins.</summary>
    internal bool IsPaused { get; set; }

    /// <summary>Whether a fatal signal is pending (<c>fatal_signal_pending</c>).</summary>
    internal bool HasFatalSignal { get; private set; }

    /// <summary>One thing that goes wrong.</summary>
    public static FailureScript Of(FailurePoint point, long number, long value = 0) => new([new Step(point, number, value)]);

    /// <summary>Reads a script.</summary>
    /// <param name="text">Steps, separated by commas.</param>
    /// <param name="script">The script, fresh.</param>
    /// <param name="error">What is wrong with it and what would be right, or <see langword="null"/>.</param>
    public static bool TryParse(string text, out FailureScript script, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        script = None;
        var steps = ImmutableArray.CreateBuilder<Step>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            error = Read(part, out var step);
            if (error is not null) return false;
            steps.Add(step);
        }

        error = null;
        script = new FailureScript(steps.ToImmutable());
        return true;
    }

    /// <summary>The same steps with nothing passed yet.</summary>
    public FailureScript Restarted() => IsEmpty ? None : new FailureScript(_steps);

    /// <summary>The script as it is written.</summary>
    public override string ToString() => string.Join(',', _steps);

    /// <summary>Says where a request starts, so that its pages can be counted.</summary>
    internal void BeginRequest(Va start)
    {
        if (!IsEmpty) _start = start;
    }

    /// <summary>Whether one of <paramref name="pages"/> pages cannot be had.</summary>
    internal bool IsPoisoned(Va va, ulong pages = 1) => FirstPoisoned(va, pages) is not null;

    /// <summary>The first of <paramref name="pages"/> pages that cannot be had, or <see langword="null"/>.</summary>
    internal Va? FirstPoisoned(Va va, ulong pages)
    {
        Va? first = null;
        if (IsEmpty || IsPaused) return first;
        foreach (var step in _steps)
        {
            if (step.Point != FailurePoint.Page) continue;
            var at = _start + ((ulong)step.Number << 12);
            if (at >= va && (at.Value - va.Value) >> 12 < pages && (first is null || at < first)) first = at;
        }

        return first;
    }

    /// <summary>Passes a fault.</summary>
    internal FaultResult Fault() => Hits(FailurePoint.Fault, out _) ? FaultResult.Oom : FaultResult.NoPage;

    /// <summary>Passes a call of <c>pin_user_pages_remote</c>.</summary>
    /// <param name="most">Most pages that it yields.</param>
    /// <returns>Why it yields none.</returns>
    internal Errno Gup(out long most)
    {
        most = long.MaxValue;
        if (IsEmpty) return Errno.None;
        if (Hits(FailurePoint.Signal, out _)) HasFatalSignal = true;
        if (Hits(FailurePoint.Gup, out var value)) most = value;
        return HasFatalSignal ? Errno.EINTR : Errno.None;
    }

    /// <summary>Passes a point; whether it fails this time.</summary>
    internal bool Fails(FailurePoint point) => Hits(point, out _);

    private bool Hits(FailurePoint point, out long value)
    {
        value = 0;
        if (IsEmpty || IsPaused) return false;
        var number = ++_passed[(int)point];
        foreach (var step in _steps)
        {
            if (step.Point != point || step.Number != number) continue;
            value = step.Value;
            return true;
        }

        return false;
    }

    private static string? Read(string part, out Step step)
    {
        step = default;
        var colon = part.IndexOf(':', StringComparison.Ordinal);
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        var name = colon < 0 ? part : part[..colon];
        var number = colon < 0 ? "" : equals < 0 ? part[(colon + 1)..] : equals > colon ? part[(colon + 1)..equals] : "";
        var words = Enum.GetNames<FailurePoint>().Select(word => word.ToLowerInvariant()).ToList();
        if (!words.Contains(name)) return $"'{part}' is no failure; write NAME:N with a name of {string.Join(", ", words)}";
        var point = Enum.Parse<FailurePoint>(name, ignoreCase: true);
        var least = point == FailurePoint.Page ? 0 : 1;
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at < least || at > int.MaxValue)
            return $"'{part}': write {name}:N with N from {least} on";
        var isGup = point == FailurePoint.Gup;
        if (isGup != equals >= 0) return isGup ? $"'{part}': write gup:N=PAGES, the pages that the call yields at most" : $"'{part}': {name} takes no value; write {name}:{at}";
        long value = 0;
        if (isGup && (!long.TryParse(part[(equals + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out value) || value > 512))
            return $"'{part}': a call yields from 0 to 512 pages";
        step = new Step(point, at, value);
        return null;
    }

    private readonly record struct Step(FailurePoint Point, long Number, long Value)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Point.ToString().ToLowerInvariant()}:{Number}") + (Point == FailurePoint.Gup ? string.Create(CultureInfo.InvariantCulture, $"={Value}") : "");
    }
}
