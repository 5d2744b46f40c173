using System.Globalization;
using System.Text.Json;
using Fast.PageTables;

namespace Fast.Perf.Compare;

/// <summary><c>compare [--quick] [--json] [--filter TEXT] [--rounds N]</c>: fast, reference and limit side by side in one process.</summary>
public static class CompareCommand
{
    /// <summary>Runs it; 1 when an option is wrong.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        bool quick = false, json = false;
        string? filter = null;
        int? rounds = null;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick": quick = true; break;
                case "--json": json = true; break;
                case "--filter" when i + 1 < args.Length: filter = args[++i]; break;
                case "--rounds" when i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0:
                    rounds = n;
                    i++;
                    break;
                default:
                    errors.WriteLine($"compare: '{args[i]}' is no option or lacks its value; use --quick, --json, --filter TEXT, --rounds N");
                    return 1;
            }
        }

        var bytes = quick ? 4UL << 30 : 32UL << 30;
        var results = new List<(Row Row, IReadOnlyList<Measured> Measured)>();
        foreach (var build in Rows.All(bytes))
        {
            var row = build();
            if (filter != null && !row.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)) continue;
            errors.WriteLine($"compare: {row.Name} …");
            results.Add((row, Runner.Measure(row, rounds ?? (quick ? 5 : 11), cancellation)));
        }

        if (json) WriteJson(output, bytes, results);
        else WriteTable(output, bytes, results);
        return 0;
    }

    private static void WriteTable(TextWriter output, ulong bytes, List<(Row Row, IReadOnlyList<Measured> Measured)> results)
    {
        var here = Machine.Here;
        output.WriteLine($"{here.Processor}, {here.Processors} processors, {here.Runtime}, vectors of {here.WidestVectorBits} bits; {BinarySize.Format(bytes)} of input addresses");
        output.WriteLine("ns per unit: median [min, max]; 'fast / this': fast divided by the line's time, round by round: median [min, max]");
        foreach (var (row, measured) in results)
        {
            output.WriteLine();
            output.WriteLine($"{row.Name}{(row.Budget is { } budget ? $"   budget: at most {budget.AtMost.ToString("0.0#", CultureInfo.InvariantCulture)} x {budget.Against}" : "")}");
            foreach (var line in measured)
            {
                var over = line.Contender.Role == Role.Fast && line == measured.First(m => m.Contender.Role == Role.Fast) ? "" : $"fast / this {Show(line.FastOver)}";
                output.WriteLine($"  {line.Contender.Role,-9} {line.Contender.Name,-34} {Show(line.NanosecondsPerUnit),28} ns/{row.Unit,-12} {over}{(line.ManagedBytes == 0 ? "" : $"  {line.ManagedBytes} managed bytes")}".TrimEnd());
            }
        }
    }

    private static string Show(Spread spread) =>
        string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0.000} [{spread.Min:0.000}, {spread.Max:0.000}]");

    private static void WriteJson(TextWriter output, ulong bytes, List<(Row Row, IReadOnlyList<Measured> Measured)> results)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "fast.perf.compare/1");
            writer.WriteStartObject("machine");
            writer.WriteString("processor", Machine.Here.Processor);
            writer.WriteNumber("processors", Machine.Here.Processors);
            writer.WriteString("runtime", Machine.Here.Runtime);
            writer.WriteString("system", Machine.Here.System);
            writer.WriteNumber("vectorBits", Machine.Here.WidestVectorBits);
            writer.WriteEndObject();
            writer.WriteNumber("bytes", bytes);
            writer.WriteStartArray("rows");
            foreach (var (row, measured) in results) WriteRow(writer, row, measured);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void WriteRow(Utf8JsonWriter writer, Row row, IReadOnlyList<Measured> measured)
    {
        writer.WriteStartObject();
        writer.WriteString("name", row.Name);
        writer.WriteString("unit", row.Unit);
        if (row.Budget is { } budget)
        {
            writer.WriteStartObject("budget");
            writer.WriteString("against", budget.Against);
            writer.WriteNumber("atMost", budget.AtMost);
            writer.WriteEndObject();
        }

        writer.WriteStartArray("contenders");
        foreach (var line in measured)
        {
            writer.WriteStartObject();
            writer.WriteString("name", line.Contender.Name);
            writer.WriteString("role", line.Contender.Role.ToString().ToLowerInvariant());
            WriteSpread(writer, "nanosecondsPerUnit", line.NanosecondsPerUnit);
            WriteSpread(writer, "fastOverThis", line.FastOver);
            writer.WriteNumber("managedBytes", line.ManagedBytes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSpread(Utf8JsonWriter writer, string name, Spread spread)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("median", Math.Round(spread.Median, 4));
        writer.WriteNumber("min", Math.Round(spread.Min, 4));
        writer.WriteNumber("max", Math.Round(spread.Max, 4));
        writer.WriteEndObject();
    }
}
