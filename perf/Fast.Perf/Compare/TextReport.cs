using System.Globalization;
using Fast.PageTables;

namespace Fast.Perf.Compare;

/// <summary>The results for a reader.</summary>
public static class TextReport
{
    /// <summary>Writes what was measured on, and how to read the rows.</summary>
    public static void WriteHead(TextWriter output, ulong bytes)
    {
        var here = Machine.Here;
        output.WriteLine($"{here.Processor}, {here.Processors} processors, {here.Runtime}, {here.Compilation}; vectors of {here.WidestVectorBits} bits ({here.Instructions})");
        output.WriteLine($"{BinarySize.Format(bytes)} of input addresses; ns of {WorkClock.Kind} per unit, wall clock for threads: median [min, max]");
        output.WriteLine("Each ratio is made round by round: median [min, max]. 'first / this': the row's first line divided by this one; 'this / X': the budget's measure, for narrower vectors too.");
    }

    /// <summary>Writes a row as soon as it is measured.</summary>
    public static void WriteRow(TextWriter output, RowResult result)
    {
        output.WriteLine();
        output.WriteLine(result.Name);
        foreach (var (budget, ratio, met) in result.Verdicts)
            output.WriteLine(Invariant($"  {(met ? "met " : "OVER")} {Show(ratio)} of at most {budget.AtMost:0.###} x {budget.Against}{(budget.WithinSpread ? ", within the spread" : "")}"));
        foreach (var line in result.Lines)
        {
            var ratio = line.Contender.Role == Role.Fast && line.OverDenominator is { } over ? $"this / {result.Row.Budgets[0].Against} {Show(over)}"
                : line == result.Lines[0] ? ""
                : $"first / this {Show(line.FirstOver)}";
            output.WriteLine(Invariant($"  {line.Contender.Role,-9} {line.Contender.Name,-36} {Show(line.NanosecondsPerUnit),28} ns/{result.Row.Unit,-12} {line.ManagedBytes,3} bytes allocated  {ratio}").TrimEnd());
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Show(Spread spread) => Invariant($"{spread.Median:0.000} [{spread.Min:0.000}, {spread.Max:0.000}]");
}
