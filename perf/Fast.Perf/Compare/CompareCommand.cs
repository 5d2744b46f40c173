using System.Globalization;
using Fast.PageTables;

namespace Fast.Perf.Compare;

/// <summary><c>compare [--quick] [--json] [--filter TEXT] [--rounds N] [--size BYTES]</c>: fast, reference and limit side by side in one process.</summary>
public static class CompareCommand
{
    /// <summary>Runs it; 1 when an option is wrong.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        bool quick = false, json = false;
        var bytes = 32UL << 30;
        string? filter = null;
        int? rounds = null;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick": quick = true; break;
                case "--json": json = true; break;
                case "--size" when i + 1 < args.Length && BinarySize.TryParse(args[i + 1], out var size, out _) && size >= 1UL << 30 && size % (1UL << 30) == 0:
                    bytes = size;
                    i++;
                    break;
                case "--filter" when i + 1 < args.Length: filter = args[++i]; break;
                case "--rounds" when i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0:
                    rounds = n;
                    i++;
                    break;
                default:
                    errors.WriteLine($"compare: '{args[i]}' is no option or lacks its value; use --quick, --json, --filter TEXT, --rounds N, --size BYTES (a multiple of 1G)");
                    return 1;
            }
        }

        var results = new List<RowResult>();
        if (!json) TextReport.WriteHead(output, bytes);
        foreach (var ((name, build), small) in Rows.All(bytes).Zip(Rows.All(Math.Min(bytes, WarmUp.Bytes))))
        {
            if (filter != null && !name.Contains(filter, StringComparison.OrdinalIgnoreCase)) continue;
            errors.WriteLine($"compare: {name} …");
            if (Machine.Here.IsTiered) errors.WriteLine($"compare: {name}: warm after {Warm(small.Build, cancellation)} rounds");
            var scope = new RowScope();
            try
            {
                var row = build(scope);
                results.Add(new RowResult(name, row, Runner.Measure(row, rounds ?? (quick ? 3 : 15), cancellation)));
                if (!json) TextReport.WriteRow(output, results[^1]);
            }
            finally
            {
                scope.Dispose();
            }
        }

        static int Warm(Func<RowScope, Row> build, CancellationToken cancellation)
        {
            using var scope = new RowScope();
            return WarmUp.Run(build(scope), cancellation);
        }

        if (json) JsonReport.Write(output, bytes, results);
        return 0;
    }
}

/// <summary>One row with what was measured.</summary>
public sealed record RowResult(string Name, Row Row, IReadOnlyList<Measured> Lines)
{
    /// <summary>Each budget with its ratio and whether it is met.</summary>
    public IEnumerable<(Budget Budget, Spread Ratio, bool Met)> Verdicts => Row.Budgets.Select(budget =>
    {
        var ratio = Lines.Single(line => line.Contender.Name == budget.Against).FirstOver;
        return (budget, ratio, (budget.WithinSpread ? ratio.Min : ratio.Median) <= budget.AtMost);
    });
}

/// <summary>The arenas of a row: given back when the row is done, because all rows together would not fit.</summary>
public sealed class RowScope : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    /// <summary>Remembers what is to be given back.</summary>
    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Threads end before the arenas that they work in.
        for (var i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
    }
}
