using System.Numerics;

namespace Fast.PageTables.Interleaving.Tests;

/// <summary>Who takes the next step.</summary>
internal abstract class Schedule
{
    private readonly List<byte> _trace = [];

    /// <summary>Who took each step at which there was a choice, as digits.</summary>
    public string Trace => string.Concat(_trace);

    /// <summary>Chooses among the actors whose bits are set.</summary>
    public int Next(uint enabled, int current)
    {
        if (BitOperations.IsPow2(enabled)) return BitOperations.Log2(enabled);
        var chosen = Choose(enabled, current);
        _trace.Add((byte)chosen);
        return chosen;
    }

    protected abstract int Choose(uint enabled, int current);

    protected void Begin() => _trace.Clear();

    protected static int Pick(Random random, uint enabled)
    {
        for (var skip = random.Next(BitOperations.PopCount(enabled)); skip > 0; skip--) enabled &= enabled - 1;
        return BitOperations.TrailingZeroCount(enabled);
    }
}

/// <summary>Every choice at each of the first <paramref name="depth"/> steps, one run after the other; beyond them by chance, from the run's own number.</summary>
internal sealed class EveryChoice(int depth) : Schedule
{
    private readonly List<(uint Untried, int Chosen)> _path = [];
    private Random _beyond = new(0);
    private int _at;

    public int Runs { get; private set; } = 1;

    /// <summary>Whether some run had more steps than the depth.</summary>
    public bool WasCut { get; private set; }

    /// <summary>Goes on to the next run; <see langword="false"/> after the last.</summary>
    public bool Advance()
    {
        Begin();
        _at = 0;
        _beyond = new Random(Runs);
        while (_path.Count > 0)
        {
            var (untried, _) = _path[^1];
            _path.RemoveAt(_path.Count - 1);
            if (untried == 0) continue;
            Push(untried);
            Runs++;
            return true;
        }

        return false;
    }

    protected override int Choose(uint enabled, int current)
    {
        if (_at == depth)
        {
            WasCut = true;
            return Pick(_beyond, enabled);
        }

        if (_at == _path.Count) Push(enabled);
        return _path[_at++].Chosen;
    }

    private void Push(uint candidates) => _path.Add((candidates & (candidates - 1), BitOperations.TrailingZeroCount(candidates)));
}

/// <summary>Any actor at each step.</summary>
internal sealed class ByChance(int seed) : Schedule
{
    private readonly Random _random = new(seed);

    protected override int Choose(uint enabled, int current) => Pick(_random, enabled);
}

/// <summary>So many steps of each writer, then the reader alone to its end; the writers stay where they are until then.</summary>
internal sealed class SuspendedWriters(int firstSteps, int secondSteps) : Schedule
{
    private const int First = 0;
    private const int Second = 1;
    private const int Reader = 2;
    private int _first = firstSteps;
    private int _second = secondSteps;

    /// <summary>Whether the first writer was at its end before it had taken its steps.</summary>
    public bool FirstEnded { get; private set; }

    /// <summary>The same of the second.</summary>
    public bool SecondEnded { get; private set; }

    /// <summary>Steps of the reader while both writers stood still.</summary>
    public int ReaderSteps { get; private set; }

    protected override int Choose(uint enabled, int current)
    {
        FirstEnded |= _first > 0 && (enabled & 1 << First) == 0;
        if (_first-- > 0 && !FirstEnded) return First;
        SecondEnded |= _second > 0 && (enabled & 1 << Second) == 0;
        if (_second-- > 0 && !SecondEnded) return Second;
        if ((enabled & 1 << Reader) == 0) return BitOperations.TrailingZeroCount(enabled);
        ReaderSteps++;
        return Reader;
    }
}
