using Fast.PageTables;

namespace Fast.Tool.Formats;

/// <summary>Formats for people.</summary>
internal static class FormatsText
{
    /// <summary>One line for each format.</summary>
    public static void WriteList(FormatsDocument document, CliStreams streams)
    {
        var page = new Page(streams);
        page.Rows(
            ["id", "levels", "input bits", "output bits", "leaves", "entry", "features"],
            document.Formats.Select(format => (IReadOnlyList<string>)
            [
                format.Id,
                $"{format.Levels.Length}",
                $"{format.InputBits}, {(format.SignExtends ? "sign" : "zero")}-extended",
                $"{format.OutputBits}",
                string.Join(' ', format.LeafBytes.Select(BinarySize.Format)),
                $"{format.EntryBytes} B",
                Features(format),
            ]),
            textColumns: 7);
        page.Line("'fast formats ID' shows one of them level by level, '--emit' the code that was emitted for it.");
    }

    /// <summary>One format, level by level.</summary>
    public static void WriteOne(FormatView format, CliStreams streams)
    {
        var page = new Page(streams);
        page.Strong($"{format.Id}: {format.Levels.Length} levels, {format.InputBits}-bit input addresses {(format.SignExtends ? "sign" : "zero")}-extended, output addresses of up to {format.OutputBits} bits");
        page.Line($"struct {format.Type}, entries of {format.EntryBytes} bytes, features {Features(format)}, operations {string.Join(' ', format.Operations)}, fingerprint {format.Fingerprint}");
        page.Rows(
            ["level", "entry", "one item maps", "index bits", "items", "table", "an entry is", "leaves of several items"],
            format.Levels.Select(level => (IReadOnlyList<string>)
            [
                $"{level.Level}",
                level.Name,
                BinarySize.Format(level.ItemBytes),
                $"{level.IndexHigh}:{level.IndexLow}",
                $"{level.Items}",
                BinarySize.Format((ulong)level.TableBytes),
                Kinds(level),
                level.ContiguousBytes.IsEmpty ? "-" : string.Join(' ', level.ContiguousBytes.Select(BinarySize.Format)),
            ]),
            textColumns: 8);
        page.Rows(
            ["permission", "bits", "rule"],
            format.Permissions.Select(right => (IReadOnlyList<string>)
            [
                right.Right,
                right.High is not { } high ? "-" : high == right.Low ? $"{high}" : $"{high}:{right.Low}",
                Rule(right),
            ]),
            textColumns: 3);
        page.Line($"accessed bit: {(format.HasAccessed ? "yes" : "no")}, dirty bit: {(format.HasDirty ? "yes" : "no")}. 'fast formats {format.Id} --emit' prints the code that was emitted for it.");
    }

    private static string Features(FormatView format) => format.Features.IsEmpty ? "none" : string.Join(' ', format.Features);

    private static string Kinds(LevelView level) => (level.CanTable, level.CanLeaf) switch
    {
        (true, true) => "table or leaf" + (level.LeafRequires is { } feature ? $" (leaf needs {feature})" : ""),
        (true, false) => "table",
        _ => "leaf",
    };

    private static string Rule(RightView right) => right switch
    {
        { High: null } => "implied by a present entry",
        { InLeaf: false } => "the bit denies, in tables",
        _ when right.High != right.Low => $"granted by {string.Join(" or ", right.Granting)}" + (right.InTable ? ", at every level" : ""),
        { Granting: [0] } => "the bit denies" + (right.InTable ? ", at any level" : ""),
        _ => "the bit allows" + (right.InTable ? ", at every level" : ""),
    };
}
