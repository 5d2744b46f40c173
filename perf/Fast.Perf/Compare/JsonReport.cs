using System.Text;
using System.Text.Json;

namespace Fast.Perf.Compare;

/// <summary>The results as one document.</summary>
public static class JsonReport
{
    /// <summary>Writes all rows.</summary>
    public static void Write(TextWriter output, ulong bytes, IReadOnlyList<RowResult> results)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "fast.perf.compare/2");
            writer.WriteStartObject("machine");
            writer.WriteString("processor", Machine.Here.Processor);
            writer.WriteNumber("processors", Machine.Here.Processors);
            writer.WriteString("runtime", Machine.Here.Runtime);
            writer.WriteString("compilation", Machine.Here.Compilation);
            writer.WriteString("system", Machine.Here.System);
            writer.WriteNumber("vectorBits", Machine.Here.WidestVectorBits);
            writer.WriteString("instructions", Machine.Here.Instructions);
            writer.WriteEndObject();
            writer.WriteNumber("bytes", bytes);
            writer.WriteString("clock", WorkClock.Kind);
            writer.WriteStartArray("rows");
            foreach (var result in results) WriteRow(writer, result);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void WriteRow(Utf8JsonWriter writer, RowResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("name", result.Name);
        writer.WriteString("unit", result.Row.Unit);
        writer.WriteStartArray("budgets");
        foreach (var (budget, ratio, met) in result.Verdicts)
        {
            writer.WriteStartObject();
            writer.WriteString("against", budget.Against);
            writer.WriteNumber("atMost", budget.AtMost);
            writer.WriteBoolean("withinSpread", budget.WithinSpread);
            WriteSpread(writer, "ratio", ratio);
            writer.WriteBoolean("met", met);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("contenders");
        foreach (var line in result.Lines)
        {
            writer.WriteStartObject();
            writer.WriteString("name", line.Contender.Name);
            writer.WriteString("role", line.Contender.Role.ToString().ToLowerInvariant());
            WriteSpread(writer, "nanosecondsPerUnit", line.NanosecondsPerUnit);
            WriteSpread(writer, "firstOverThis", line.FirstOver);
            if (line.OverDenominator is { } over) WriteSpread(writer, "thisOverDenominator", over);
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
